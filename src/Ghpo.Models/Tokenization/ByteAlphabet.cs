using System.Runtime.CompilerServices;
using System.Text;

namespace Ghpo.Models.Tokenization;

/// <summary>
/// GPT-2's way to write bytes as text: printable Latin-1 characters stand for themselves, the other 68 bytes for U+0100 and on, in order.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] Characters = BuildCharacters();
    private static readonly short[] Bytes = BuildBytes();

    /// <summary>The most characters that a text of so many UTF-16 units can take.</summary>
    public static int MaxLength(int units) => units * 3;

    /// <summary>Writes the UTF-8 bytes of <paramref name="text"/> as characters; returns how many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Write(ReadOnlySpan<char> text, Span<char> target)
    {
        var written = 0;
        Span<byte> utf8 = stackalloc byte[4];
        for (var i = 0; i < text.Length;)
        {
            if (text[i] < 0x80)
            {
                target[written++] = Characters[text[i++]];
                continue;
            }

            Rune.DecodeFromUtf16(text[i..], out var rune, out var used);
            i += used;
            foreach (var b in utf8[..rune.EncodeToUtf8(utf8)])
                target[written++] = Characters[b];
        }

        return written;
    }

    public static string Map(string text)
    {
        var target = new char[MaxLength(text.Length)];
        return new string(target, 0, Write(text, target));
    }

    /// <summary>Appends the bytes that a token stands for. A token with any other character in it stands for its own text.</summary>
    public static void Append(string token, List<byte> bytes)
    {
        var start = bytes.Count;
        foreach (var c in token)
        {
            if (c >= Bytes.Length || Bytes[c] < 0)
            {
                bytes.RemoveRange(start, bytes.Count - start);
                bytes.AddRange(Encoding.UTF8.GetBytes(token));
                return;
            }

            bytes.Add((byte)Bytes[c]);
        }
    }

    private static char[] BuildCharacters()
    {
        var characters = new char[256];
        var next = 0x100;
        for (var b = 0; b < 256; b++)
            characters[b] = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)b : (char)next++;
        return characters;
    }

    private static short[] BuildBytes()
    {
        var bytes = new short[Characters.Max() + 1];
        bytes.AsSpan().Fill(-1);
        for (var b = 0; b < 256; b++)
            bytes[Characters[b]] = (short)b;
        return bytes;
    }
}
