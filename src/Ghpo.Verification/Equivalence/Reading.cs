using Ghpo.Verification.Parsing;

namespace Ghpo.Verification.Equivalence;

/// <summary>Text to node, with the second tries that real answers need.</summary>
internal static class Reading
{
    private const int LongestMeasure = 200;

    /// <summary>The answer in <c>text[start..end)</c>; null when it is no mathematics.</summary>
    public static Node? Read(string text, int start, int end, WorkMeter work)
    {
        Trim(text, ref start, ref end);
        if (start >= end) return null;
        if (Parser.Read(text, start, end, work) is { } node) return node;
        // "P(A | B) = 1/3": the left side is a name that need not be read.
        var equals = text.LastIndexOf('=', end - 1, end - start);
        if (equals > start && text[equals - 1] is not ('<' or '>' or '!' or '\\') && text.AsSpan(start, equals - start).IndexOf('=') < 0)
            return Parser.Read(text, equals + 1, end, work);
        return null;
    }

    /// <summary>The same with the plain unit that ends it ("12 m²"); null where none does.</summary>
    public static Node? ReadMeasure(string text, int start, int end, WorkMeter work)
    {
        Trim(text, ref start, ref end);
        return end - start is > 1 and <= LongestMeasure ? Parser.ReadMeasure(text, start, end, work) : null;
    }

    private static void Trim(string text, ref int start, ref int end)
    {
        while (start < end && (char.IsWhiteSpace(text[start]) || text[start] is '*' or '`' or '"')) start++;
        while (end > start && (char.IsWhiteSpace(text[end - 1]) || text[end - 1] is '*' or '`' or '"' or ':' || (text[end - 1] == '\\' && (end - 2 < start || text[end - 2] != '\\')))) end--;
    }
}
