using System.Text;
using Ghpo.Models.Tokenization.Patterns;

namespace Ghpo.Models.Tokenization.PreTokenizers;

/// <summary>Runs of word characters and runs of others (<c>\w+|[^\w]+</c> as Rust reads it).</summary>
internal sealed class WordSplit : PreTokenizer
{
    public override void Split(ReadOnlySpan<char> text, bool atStart, IPieceSink sink)
    {
        for (var start = 0; start < text.Length;)
        {
            var isWord = IsWord(text[start..], out var length);
            var end = start + length;
            while (end < text.Length && IsWord(text[end..], out length) == isWord)
                end += length;
            sink.Add(text[start..end], atStart && start == 0);
            start = end;
        }
    }

    private static bool IsWord(ReadOnlySpan<char> text, out int length)
    {
        Rune.DecodeFromUtf16(text, out var rune, out length);
        return UnicodeClass.IsWord(rune.Value);
    }
}
