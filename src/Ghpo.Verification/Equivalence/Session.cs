using Ghpo.Verification.Extraction;
using Ghpo.Verification.Parsing;

namespace Ghpo.Verification.Equivalence;

/// <summary>One comparison with its work limit.</summary>
internal sealed class Session(VerifierOptions options)
{
    /// <summary>No answer is longer: its tokens would not be read.</summary>
    private const int LongestText = 100_000;

    private readonly WorkMeter _work = new(options.WorkLimit);

    public Verdict Compare(string gold, int start, int end, string text, TextSpan span, bool mayNarrow)
    {
        if (end - start > LongestText) return Unscorable(Reason.GoldWorkLimit, span);
        if (span.Length > LongestText) return Verdict(Outcome.Incorrect, Reason.WorkLimit, "work limit", null, null, span);
        Node? right;
        var wordyGold = PlainText.IsWordy(gold.AsSpan(start, end - start));
        var goldLetter = Choices.Letter(gold.AsSpan(start, end - start), out var goldBehind);
        // Words against the same words need no reading.
        if (wordyGold && goldLetter == '\0' && PlainText.IsWordy(text.AsSpan(span.Start, span.Length)))
        {
            var (x, y) = (WordForm.Of(gold.AsSpan(start, end - start)), WordForm.Of(text.AsSpan(span.Start, span.Length)));
            if (x.Length > 0 && (x == y || (x.Length == y.Length + 1 && x.Replace(" ", "", StringComparison.Ordinal) == y.Replace(" ", "", StringComparison.Ordinal))))
                return Verdict(Outcome.Correct, Reason.Equal, "words", x, y, span);
            if (WordForm.Parts(gold.AsSpan(start, end - start)) is { } parts && WordForm.Parts(text.AsSpan(span.Start, span.Length)) is { } others && parts.AsSpan().SequenceEqual(others))
                return Verdict(Outcome.Correct, Reason.Equal, "words without order", x, y, span);
        }
        try
        {
            right = Reading.Read(gold, start, end, _work);
            if (right is null && !wordyGold && WholeAnswer.ProseWords(gold.AsSpan(start, end - start)) >= 2 && Narrowed(gold, new(start, end - start)) is { } inner)
            {
                (start, end) = (inner.Start, inner.Start + inner.Length);
                right = Reading.Read(gold, start, end, _work);
            }
        }
        catch (WorkLimitException)
        {
            return Unscorable(Reason.GoldWorkLimit, span);
        }
        if (right is null && !wordyGold && goldLetter == '\0') return Unscorable(Reason.UnreadableGold, span);

        Matcher? matcher = null;
        try
        {
            var rightText = gold.AsSpan(start, end - start);
            var answer = text.AsSpan(span.Start, span.Length);
            if (goldLetter != '\0' && Choices.Letter(answer, out _) is var chosen && chosen != '\0')
            {
                var equal = chosen == goldLetter;
                return Verdict(equal ? Outcome.Correct : Outcome.Incorrect, equal ? Reason.Equal : Reason.Different, "choice", goldLetter.ToString(), chosen.ToString(), span);
            }
            if (goldLetter is >= 'A' and <= 'E' && SmallLetter(answer) is var small && small != '\0')
                return Verdict(small == goldLetter ? Outcome.Correct : Outcome.Incorrect, small == goldLetter ? Reason.Equal : Reason.Different, "choice", goldLetter.ToString(), small.ToString(), span);
            if (goldLetter != '\0' && goldBehind < rightText.Length) right = Reading.Read(gold, start + goldBehind, end, _work) ?? right;
            var left = ReadAnswer(text, span);
            matcher = new Matcher(options, _work) { Measures = { Dollars = (IsPrice(rightText), IsPrice(answer)) } };
            if (left is null && mayNarrow && Narrowed(text, span) is { } narrow)
            {
                span = narrow;
                left = ReadAnswer(text, span);
                answer = text.AsSpan(span.Start, span.Length);
            }
            // "12 m²" is twelve times a variable unless the gold is a number: then it is a measure.
            if (left is not { Kind: NodeKind.Number or NodeKind.Quantity } && IsMeasurable(right) && !matcher.Measures.Dollars.Gold) left = Reading.ReadMeasure(text, span.Start, span.Start + span.Length, _work) ?? left;
            // The same for a gold without dress, where the answer names its unit.
            if (left is { Kind: NodeKind.Quantity } && right is not (null or { Kind: NodeKind.Number or NodeKind.Quantity })) right = Reading.ReadMeasure(gold, start, end, _work) ?? right;
            if (left is null || right is null)
            {
                var (x, y) = (WordForm.Of(rightText), WordForm.Of(answer));
                if (PlainText.Squeezed(rightText) is { Length: > 0 } squeezed && squeezed == PlainText.Squeezed(answer)) return Verdict(Outcome.Correct, Reason.Equal, "same text", x, y, span);
                if (wordyGold && x.Length > 2 && Letters(x) is { Length: > 2 } letters && letters == Letters(y)) return Verdict(Outcome.Correct, Reason.Equal, "words", x, y, span);
                if (right is null && wordyGold && PlainText.IsWordy(answer)) return Verdict(Outcome.Incorrect, Reason.Different, "words", x, y, span);
                return left is null
                    ? Verdict(Outcome.Incorrect, PlainText.IsWordy(answer) ? Reason.DifferentKind : Reason.UnreadableAnswer, "reading", Show(right, matcher) ?? x, y, span)
                    : Verdict(Outcome.Incorrect, Reason.DifferentKind, "words", x, Show(left, matcher), span);
            }
            var match = matcher.Compare(right, left);
            if (!match.IsEqual() && mayNarrow && answer[^1] == '!' && ReadAnswer(text, new(span.Start, span.Length - 1)) is { } calm && matcher.Compare(right, calm) is var calmer && calmer.IsEqual())
            {
                // "It is 42!" is no factorial.
                (match, left, span) = (calmer, calm, new(span.Start, span.Length - 1));
            }
            return Decided(match, matcher, right, left, gold, start, end, text, span);
        }
        catch (WorkLimitException)
        {
            return Verdict(Outcome.Incorrect, Reason.WorkLimit, "work limit", null, null, span);
        }
    }

    private Verdict Decided(Match match, Matcher matcher, Node right, Node left, string gold, int start, int end, string text, TextSpan span)
    {
        var rule = matcher.Rule;
        if (!match.IsEqual() && PlainText.Squeezed(gold.AsSpan(start, end - start)) is { Length: > 0 } x && x == PlainText.Squeezed(text.AsSpan(span.Start, span.Length)))
            (match, rule) = (Match.Equal, "same text");
        var (a, b) = (Show(right, matcher), Show(left, matcher));
        return match switch
        {
            Match.Equal => Verdict(Outcome.Correct, Reason.Equal, rule, a, b, span),
            Match.Rounded => Verdict(Outcome.Correct, Reason.EqualAfterRounding, rule, a, b, span),
            Match.OtherKind => Verdict(Outcome.Incorrect, Reason.DifferentKind, rule, a, b, span),
            Match.Several => Verdict(Outcome.Incorrect, Reason.SeveralAnswers, rule, a, b, span),
            Match.Vacuous => Verdict(Outcome.Incorrect, Reason.Vacuous, rule, a, b, span),
            _ => Verdict(Outcome.Incorrect, Reason.Different, rule, a, b, span),
        };
    }

    /// <summary>A number that may be one of metres or seconds: no angle and no share.</summary>
    private static bool IsMeasurable(Node? gold) => gold is not null && Shapes.IsScalar(gold) && Shapes.IsConstant(gold) && !gold.Any(n => n.Kind is NodeKind.Percent or NodeKind.Degree);

    /// <summary>The answer, without the letter of the option that it may begin with: "(B) 12".</summary>
    private Node? ReadAnswer(string text, TextSpan span)
    {
        var answer = text.AsSpan(span.Start, span.Length);
        if (Choices.Letter(answer, out var behind) != '\0' && behind < answer.Length && Reading.Read(text, span.Start + behind, span.Start + span.Length, _work) is { } option) return option;
        return Reading.Read(text, span.Start, span.Start + span.Length, _work);
    }

    /// <summary>The last expression of a sentence that could not be read as a whole.</summary>
    private static TextSpan? Narrowed(string text, TextSpan span)
    {
        var found = LastExpression.Find(text, span.Start, span.Start + span.Length);
        return found.Found == Found.Answer && found.Span.Length < span.Length ? found.Span : null;
    }

    /// <summary>A choice in a small letter, alone or in brackets: "a", "(a)", "{a}".</summary>
    private static char SmallLetter(ReadOnlySpan<char> answer)
    {
        answer = answer.Trim(" (){}$.");
        return answer is [>= 'a' and <= 'e'] ? char.ToUpperInvariant(answer[0]) : '\0';
    }

    /// <summary>Words without spaces and hyphens ("x-axis"); empty where digits stand among them.</summary>
    private static string Letters(string words) => words.Any(char.IsAsciiDigit) ? "" : words.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);

    /// <summary>A dollar sign that is no formula's: "\$5", "$5".</summary>
    private static bool IsPrice(ReadOnlySpan<char> text) => text.Contains("\\$", StringComparison.Ordinal) || (text.Length > 0 && text[0] == '$' && text.Count('$') == 1);

    private static string? Show(Node? node, Matcher matcher) => Renderer.Of(node, matcher.Scalars.Form);

    private Verdict Unscorable(Reason reason, TextSpan span) => Verdict(Outcome.Unscorable, reason, "gold", null, null, span);

    private Verdict Verdict(Outcome outcome, Reason reason, string rule, string? gold, string? answer, TextSpan span) =>
        new(outcome, reason, rule, gold, answer, span) { Work = _work.Spent };
}
