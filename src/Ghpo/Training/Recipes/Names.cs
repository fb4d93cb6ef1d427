using System.Text;

namespace Ghpo.Training.Recipes;

/// <summary>How names of C# are written in YAML, and which known name is nearest to a mistyped one.</summary>
internal static class Names
{
    /// <summary><c>NumGenerations</c> → <c>num_generations</c>; <c>KLForm</c> → <c>kl_form</c>; <c>Beta2</c> → <c>beta2</c>.</summary>
    public static string Snake(string name) => Separate(name, '_');

    /// <summary><c>HintDropped</c> → <c>hint-dropped</c>.</summary>
    public static string Kebab(string name) => Separate(name, '-');

    /// <summary>The known name with the smallest edit distance, if it is near enough to be meant.</summary>
    public static string? Nearest(string name, IEnumerable<string> known)
    {
        var written = Plain(name);
        var (best, distance) = known
            .Select(candidate => (candidate, distance: Distance(written, Plain(candidate))))
            .OrderBy(pair => pair.distance)
            .FirstOrDefault();
        return best is not null && distance <= Math.Max(1, Math.Min(written.Length, Plain(best).Length) / 3) ? best : null;
    }

    private static string Plain(string name) => name.Replace('-', '_').ToLowerInvariant();

    private static string Separate(string name, char separator)
    {
        var text = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            // A word begins at a capital after a small letter or digit, and at the last capital of a run of them.
            var begins = i > 0 && char.IsUpper(name[i]) && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])));
            if (begins)
                text.Append(separator);
            text.Append(char.ToLowerInvariant(name[i]));
        }

        return text.ToString();
    }

    /// <summary>Edit distance in which two neighbours swapped count once (optimal string alignment).</summary>
    private static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            d[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            d[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }

        return d[a.Length, b.Length];
    }
}

/// <summary>One step of a dotted path: <c>phases[1]</c> is the name <c>phases</c> with the index 1.</summary>
internal readonly record struct KeyStep(string Name, IReadOnlyList<int> Indices);

/// <summary>Dotted paths of keys with list indices.</summary>
internal static class KeyPath
{
    public static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    public static IReadOnlyList<KeyStep> Split(string path) => path.Length == 0 ? [] : [.. path.Split('.').Select(Step)];

    private static KeyStep Step(string text)
    {
        var open = text.IndexOf('[', StringComparison.Ordinal);
        if (open < 0)
            return new(text, []);
        var indices = new List<int>();
        foreach (var part in text[(open + 1)..].Split('['))
        {
            if (!part.EndsWith(']') || !int.TryParse(part[..^1], System.Globalization.NumberStyles.None, null, out var index))
                return new(text, []);
            indices.Add(index);
        }

        return new(text[..open], indices);
    }
}
