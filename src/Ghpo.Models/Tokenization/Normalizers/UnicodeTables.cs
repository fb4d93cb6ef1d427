using System.Globalization;
using System.Reflection;

namespace Ghpo.Models.Tokenization.Normalizers;

/// <summary>
/// Combining classes, decompositions and compositions, from the embedded table.
/// With invariant globalization, <see cref="string.Normalize()"/> returns its input on Linux (seen on .NET 10: "e" + U+0301 stays two characters), hence a table of our own.
/// </summary>
internal sealed class UnicodeTables
{
    private static readonly Lazy<UnicodeTables> Lazily = new(Read);

    private readonly Dictionary<int, byte> _classes = [];
    private readonly Dictionary<int, int[]> _canonical = [];
    private readonly Dictionary<int, int[]> _compatibility = [];
    private readonly Dictionary<(int, int), int> _compositions = [];

    public static UnicodeTables Instance => Lazily.Value;

    public byte CombiningClass(int codePoint) => _classes.GetValueOrDefault(codePoint);

    /// <summary>One step of decomposition, or null.</summary>
    public int[]? Decomposition(int codePoint, bool compatibility) =>
        _canonical.TryGetValue(codePoint, out var canonical) ? canonical : compatibility ? _compatibility.GetValueOrDefault(codePoint) : null;

    /// <summary>The one character of two, or -1.</summary>
    public int Composition(int first, int second) => _compositions.GetValueOrDefault((first, second), -1);

    private static UnicodeTables Read()
    {
        var tables = new UnicodeTables();
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("UnicodeDecompositions.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
                continue;
            var fields = line.Split(';');
            var codePoint = int.Parse(fields[0], NumberStyles.HexNumber);
            if (fields[1].Length > 0)
                tables._classes[codePoint] = byte.Parse(fields[1]);
            if (fields[2].Length == 0)
                continue;
            int[] decomposition = [.. fields[3].Split(' ').Select(hex => int.Parse(hex, NumberStyles.HexNumber))];
            (fields[2] == "K" ? tables._compatibility : tables._canonical)[codePoint] = decomposition;
            if (fields[2] == "C")
                tables._compositions[(decomposition[0], decomposition[1])] = codePoint;
        }

        return tables;
    }
}
