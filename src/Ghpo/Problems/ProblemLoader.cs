using System.Text.Json;

namespace Ghpo.Problems;

/// <summary>Loads the problems that a recipe names.</summary>
public static class ProblemLoader
{
    private const int GeneratedCount = 4000;

    /// <summary>Loads or draws a set.</summary>
    /// <param name="options">Which problems.</param>
    /// <param name="seed">Of the run: generated problems are a function of it.</param>
    /// <param name="split">Which part of generated problems.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A row is broken (file and line are named), or no problem is left.</exception>
    public static ProblemSet Load(ProblemOptions options, ulong seed, ProblemSplit split = ProblemSplit.Train)
    {
        if (options.Path is not { } path)
            return TransitProblems.Draw(options.Map.Draw(seed), options.Levels ?? [1, 2, 3, 4, 5, 6, 7, 8], options.MaxProblems ?? GeneratedCount, split, seed);
        if (!File.Exists(path))
            throw new FileNotFoundException($"problems.path: there is no file {path}", path);
        var rows = System.IO.Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".jsonl" or ".ndjson" => ReadJsonLines(path),
            var other => throw new InvalidDataException($"problems.path: {path} ends in \"{other}\"; .jsonl is read"),
        };
        var problems = rows.Select(row => ProblemRow.Read(row.Value, row.Place, options))
            .Where(p => options.Levels is null || (p.Level is { } level && options.Levels.Contains(level)))
            .Take(options.MaxProblems ?? int.MaxValue);
        return new ProblemSet(System.IO.Path.GetFileName(path), [.. problems]);
    }

    private static IEnumerable<(JsonElement Value, string Place)> ReadJsonLines(string path)
    {
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            JsonElement row;
            try
            {
                row = JsonDocument.Parse(line).RootElement;
            }
            catch (JsonException e)
            {
                throw new InvalidDataException($"{path}, line {number}: not a JSON object ({e.Message.Split('.')[0]}); each line must be one whole object", e);
            }

            yield return (row, $"{path}, line {number}");
        }
    }
}
