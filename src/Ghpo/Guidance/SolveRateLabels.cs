using System.Text.Json;
using Ghpo.Problems;

namespace Ghpo.Guidance;

/// <summary>Solve rates of problems, measured once on the start model: a line of JSON each, <c>{"id": "…", "solve_rate": 0.25}</c>, and <c>"tokens"</c> where it is known what the samples took.</summary>
public sealed class SolveRateLabels
{
    private readonly Dictionary<string, double> _rates;
    private readonly string _path;

    private SolveRateLabels(Dictionary<string, double> rates, string path, long tokens) => (_rates, _path, Tokens) = (rates, path, tokens);

    /// <summary>Tokens that were sampled for the labels.</summary>
    public long Tokens { get; }

    /// <summary>Reads the labels.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A line is broken; it is named.</exception>
    public static SolveRateLabels Load(string path)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"guidance.labels: there is no file {path}; it holds a line {{\"id\": …, \"solve_rate\": …}} for each problem", path);
        var rates = new Dictionary<string, double>();
        var tokens = 0L;
        foreach (var (line, number) in File.ReadLines(path).Select((line, i) => (line, i + 1)).Where(l => !string.IsNullOrWhiteSpace(l.line)))
        {
            var (id, rate, spent) = Read(line) ?? throw new InvalidDataException($"{path}, line {number}: expected an object like {{\"id\": \"p1\", \"solve_rate\": 0.25}} with a rate from 0 to 1");
            if (!rates.TryAdd(id, rate))
                throw new InvalidDataException($"{path}, line {number}: problem \"{id}\" has a label already; each may have one");
            tokens += spent;
        }

        return new SolveRateLabels(rates, path, tokens);
    }

    /// <summary>The solve rate of a problem.</summary>
    /// <exception cref="InvalidDataException">It has no label.</exception>
    public double Of(Problem problem) => _rates.TryGetValue(problem.Id, out var rate)
        ? rate
        : throw new InvalidDataException($"{_path}: problem \"{problem.Id}\" has no label; label the very problems that are trained on");

    private static (string Id, double Rate, long Tokens)? Read(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String
                && json.RootElement.TryGetProperty("solve_rate", out var rate) && rate.TryGetDouble(out var value) && value is >= 0 and <= 1
                ? (id.GetString()!, value, json.RootElement.TryGetProperty("tokens", out var tokens) ? tokens.GetInt64() : 0)
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
