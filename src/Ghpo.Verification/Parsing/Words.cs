using System.Collections.Frozen;
using Ghpo.Verification.Algebra;

namespace Ghpo.Verification.Parsing;

/// <summary>Words that mean mathematics: function names, constants, number words.</summary>
internal static class Words
{
    private static readonly FrozenDictionary<string, int> Numbers = new Dictionary<string, int>
    {
        ["zero"] = 0,
        ["one"] = 1,
        ["two"] = 2,
        ["three"] = 3,
        ["four"] = 4,
        ["five"] = 5,
        ["six"] = 6,
        ["seven"] = 7,
        ["eight"] = 8,
        ["nine"] = 9,
        ["ten"] = 10,
        ["eleven"] = 11,
        ["twelve"] = 12,
        ["thirteen"] = 13,
        ["fourteen"] = 14,
        ["fifteen"] = 15,
        ["sixteen"] = 16,
        ["seventeen"] = 17,
        ["eighteen"] = 18,
        ["nineteen"] = 19,
        ["twenty"] = 20,
        ["thirty"] = 30,
        ["forty"] = 40,
        ["fifty"] = 50,
        ["sixty"] = 60,
        ["seventy"] = 70,
        ["eighty"] = 80,
        ["ninety"] = 90,
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, int> Scales = new Dictionary<string, int>
    {
        ["hundred"] = 2,
        ["thousand"] = 3,
        ["million"] = 6,
        ["billion"] = 9,
        ["trillion"] = 12,
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, int> Parts = new Dictionary<string, int>
    {
        ["half"] = 2,
        ["halves"] = 2,
        ["third"] = 3,
        ["thirds"] = 3,
        ["quarter"] = 4,
        ["quarters"] = 4,
        ["fourth"] = 4,
        ["fourths"] = 4,
        ["fifth"] = 5,
        ["fifths"] = 5,
        ["sixth"] = 6,
        ["sixths"] = 6,
        ["seventh"] = 7,
        ["sevenths"] = 7,
        ["eighth"] = 8,
        ["eighths"] = 8,
        ["ninth"] = 9,
        ["ninths"] = 9,
        ["tenth"] = 10,
        ["tenths"] = 10,
    }.ToFrozenDictionary();

    private static readonly FrozenSet<string> Constants = "pi infty infinity inf oo theta alpha beta".Split(' ').ToFrozenSet();

    /// <summary>Whether a run of letters is read as mathematics: a function, a constant, or a product of two or three letters.</summary>
    public static bool IsMathematics(string word) =>
        Vocabulary.Functions.Contains(word) || Constants.Contains(word) || IsProduct(word);

    public static bool IsConstant(string word) => Constants.Contains(word);

    /// <summary>"xy" and "abc" are products; "cm", "kg" and "to" are not.</summary>
    public static bool IsProduct(string word) =>
        word.Length is 2 or 3 && char.IsAscii(word[0]) && !Units.IsUnit(word) && word is not ("st" or "nd" or "rd" or "th" or "The" or "We" or "we" or "So" or "so" or "It" or "it" or "He" or "She" or "his" or "her" or "get" or "has" or "was" or "not" or "but" or "can" or "all" or "any" or "our" or "its" or "who" or "how" or "why" or "you" or "new" or "old" or "now" or "see" or "let" or "Let" or "set" or "sum" or "put" or "use" or "way" or "out" or "by" or "be" or "do" or "at" or "an" or "my" or "me" or "us" or "up" or "on" or "No" or "Yes" or "If" or "In" or "As" or "For" or "And" or "Or" or "to" or "is" or "in" or "or" or "of" or "and" or "mod" or "pct" or "per" or "if" or "as" or "no" or "yes" or "the" or "are" or "for" or "men" or "cup" or "day" or "min" or "max" or "dog" or "cat" or "pen" or "box" or "egg" or "pie" or "car" or "toy" or "bag" or "hat" or "hen" or "cow" or "pig" or "bus" or "USD" or "deg" or "DNE" or "one" or "two" or "six" or "ten" or "odd" or "red" or "sq" or "am" or "pm" or "AM" or "PM" or "sec" or "hrs" or "mph" or "bit");

    /// <summary>The exponent of ten that a scale word stands for, or 0.</summary>
    public static int Scale(string word) => Scales.GetValueOrDefault(word.ToLowerInvariant().Trim());

    /// <summary>"forty-two", "one half", "three quarters".</summary>
    public static bool TryNumber(string text, out Rational value)
    {
        value = default;
        if (text.Length > 100) return false;
        var words = text.ToLowerInvariant().Split([' ', '-', '~', '.'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is 0 or > 12) return false;
        Rational total = 0, part = 0;
        var any = false;
        for (var i = 0; i < words.Length; i++)
        {
            var word = words[i];
            if (word == "and" && any) continue;
            if (Numbers.TryGetValue(word, out var number))
            {
                part += number;
            }
            else if (Scales.TryGetValue(word, out var scale) && any)
            {
                var factor = new Rational(System.Numerics.BigInteger.Pow(10, scale));
                if (scale == 2)
                {
                    part *= factor;
                }
                else
                {
                    total += part * factor;
                    part = 0;
                }
            }
            else if (Parts.TryGetValue(word, out var under) && i == words.Length - 1 && total.IsZero)
            {
                value = (any ? part : Rational.One) / under;
                return true;
            }
            else
            {
                return false;
            }
            any = true;
        }
        value = total + part;
        return any;
    }
}
