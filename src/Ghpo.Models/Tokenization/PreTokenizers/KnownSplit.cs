using System.Runtime.CompilerServices;
using System.Text;
using Ghpo.Models.Tokenization.Patterns;

namespace Ghpo.Models.Tokenization.PreTokenizers;

/// <summary>
/// The split patterns that most byte-level vocabularies use (GPT-2; Llama 3 and Qwen2 differ in how many digits stay together), written out by hand:
/// several times as fast as matching the pattern, and equal to it on every text.
/// </summary>
internal sealed class KnownSplit : PreTokenizer
{
    public const string Gpt2Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
    public const string Qwen2Pattern = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    public const string Llama3Pattern = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private readonly bool _gpt2;
    private readonly int _digits;

    private KnownSplit(bool gpt2, int digits)
    {
        _gpt2 = gpt2;
        _digits = digits;
    }

    /// <summary>The splitter of a pattern, or null where it is none of the known ones.</summary>
    public static KnownSplit? For(string pattern) => pattern switch
    {
        Gpt2Pattern => new KnownSplit(gpt2: true, int.MaxValue),
        Qwen2Pattern => new KnownSplit(gpt2: false, 1),
        Llama3Pattern => new KnownSplit(gpt2: false, 3),
        _ => null,
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Split(ReadOnlySpan<char> text, bool atStart, IPieceSink sink)
    {
        for (var start = 0; start < text.Length;)
        {
            var end = _gpt2 ? EndGpt2(text, start) : End(text, start);
            sink.Add(text[start..end], atStart && start == 0);
            start = end;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int End(ReadOnlySpan<char> text, int start)
    {
        var kind = Kind(text, start, out var length);
        if (text[start] == '\'' && Contraction(text[(start + 1)..], ignoreCase: true) is > 0 and var tail)
            return start + 1 + tail;

        var behind = start + length;
        if (kind == UnicodeClass.Letter)
            return RunOf(UnicodeClass.Letter, text, behind, int.MaxValue);
        if (kind == UnicodeClass.Number)
            return RunOf(UnicodeClass.Number, text, behind, _digits - 1);

        // One character that is no line end may lead a word.
        var next = behind < text.Length ? Kind(text, behind, out _) : byte.MaxValue;
        if (next == UnicodeClass.Letter && text[start] is not ('\r' or '\n'))
            return RunOf(UnicodeClass.Letter, text, behind, int.MaxValue);

        if (kind == 0 || (text[start] == ' ' && next == 0))
        {
            var end = RunOf(0, text, behind, int.MaxValue);
            while (end < text.Length && text[end] is '\r' or '\n')
                end++;
            return end;
        }

        var run = RunOf(UnicodeClass.Space, text, behind, int.MaxValue);
        var line = text[start..run].LastIndexOfAny('\r', '\n');
        return line >= 0 ? start + line + 1 : EndOfSpaces(text, start, run);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int EndGpt2(ReadOnlySpan<char> text, int start)
    {
        if (text[start] == '\'' && Contraction(text[(start + 1)..], ignoreCase: false) is > 0 and var tail)
            return start + 1 + tail;

        var kind = Kind(text, start, out var length);
        var behind = start + length;
        if (kind != UnicodeClass.Space)
            return RunOf(kind, text, behind, int.MaxValue);
        var next = behind < text.Length ? Kind(text, behind, out _) : UnicodeClass.Space;
        if (text[start] == ' ' && next != UnicodeClass.Space)
            return RunOf(next, text, behind, int.MaxValue);
        return EndOfSpaces(text, start, RunOf(UnicodeClass.Space, text, behind, int.MaxValue));
    }

    // \s+(?!\S)|\s+: the last space before a word is left to the word.
    private static int EndOfSpaces(ReadOnlySpan<char> text, int start, int run) => run == text.Length || run - start == 1 ? run : run - 1;

    private static int Contraction(ReadOnlySpan<char> tail, bool ignoreCase)
    {
        if (tail.IsEmpty)
            return 0;
        var first = ignoreCase ? Fold(tail[0]) : tail[0];
        if (first is 's' or 't' or 'm' or 'd')
            return 1;
        if (tail.Length < 2)
            return 0;
        var second = ignoreCase ? Fold(tail[1]) : tail[1];
        return (first, second) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? 2 : 0;
    }

    // U+017F (long s) folds to s in Unicode.
    private static char Fold(char c) => c == '\u017F' ? 's' : char.ToLowerInvariant(c);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int RunOf(byte kind, ReadOnlySpan<char> text, int at, int atMost)
    {
        for (; atMost > 0 && at < text.Length && Kind(text, at, out var length) == kind; atMost--)
            at += length;
        return at;
    }

    private static byte Kind(ReadOnlySpan<char> text, int at, out int length)
    {
        length = 1;
        var c = text[at];
        if (!char.IsHighSurrogate(c))
            return UnicodeClass.Of(c);
        Rune.DecodeFromUtf16(text[at..], out var rune, out length);
        return UnicodeClass.Of(rune.Value);
    }
}
