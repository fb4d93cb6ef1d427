using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ghpo.Cli;

/// <summary>One completion as completions.jsonl holds it.</summary>
internal sealed record CompletionLine
{
    public required int Step { get; init; }
    public required string Problem { get; init; }
    public int Visit { get; init; }
    public int Stage { get; init; }
    public string? Outcome { get; init; }
    public double HintRatio { get; init; }
    public double EffectiveRatio { get; init; }
    public string Prompt { get; init; } = "";
    public string? Hint { get; init; }
    public string Completion { get; init; } = "";
    public string Verdict { get; init; } = "";
    public string Reason { get; init; } = "";
    public string Answer { get; init; } = "";
    public double? Reward { get; init; }
    public IReadOnlyDictionary<string, double?> Rewards { get; init; } = new Dictionary<string, double?>();
    public double? Advantage { get; init; }
    public bool Trained { get; init; }
    public int Tokens { get; init; }
    public string Finish { get; init; } = "";
}

/// <summary>Reads completions.jsonl.</summary>
internal static class CompletionLines
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowReadingFromString };

    /// <summary>The groups (all stages of one visit to a problem) of a step and a problem; without either, of the last step.</summary>
    /// <exception cref="InvalidDataException">A line is broken, or nothing is there to show.</exception>
    public static IReadOnlyList<IReadOnlyList<CompletionLine>> Groups(string path, int? step, string? problem)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"{path}: there is no such file; expected the folder of a run that has made a step");
        var kept = new List<CompletionLine>();
        var problems = new HashSet<string>();
        var (number, last) = (0, 0);
        foreach (var text in File.ReadLines(path))
        {
            number++;
            if (Parse(text, path, number) is not { } line)
                continue;
            (last, _) = (Math.Max(last, line.Step), problems.Add(line.Problem));
            // A log can be long: of a run, only the step that is asked for stays in memory.
            if (step is null && problem is null && kept.Count > 0 && kept[0].Step != line.Step)
                kept.Clear();
            if ((step is null || line.Step == step) && (problem is null || line.Problem == problem))
                kept.Add(line);
        }

        if (kept.Count > 0)
            return [.. kept.GroupBy(line => (line.Step, line.Problem, line.Visit)).Select(group => (IReadOnlyList<CompletionLine>)[.. group])];
        if (last == 0)
            throw new InvalidDataException($"{path}: holds no completions yet");
        throw new InvalidDataException(problem is not null && !problems.Contains(problem)
            ? $"{path}: no problem has the id {problem}; one that has been drawn: {problems.First()}"
            : $"{path}: {(problem is null ? "" : $"problem {problem} was not drawn in ")}step {step}{(problem is null ? " is not there" : "")}; the last step is {last}");
    }

    private static CompletionLine? Parse(string text, string path, int number)
    {
        try
        {
            return JsonSerializer.Deserialize<CompletionLine>(text, Options);
        }
        catch (JsonException exception)
        {
            // Half a line at the end is what a kill leaves; anywhere else the file is broken.
            return !text.EndsWith('}') ? null : throw new InvalidDataException($"{path}:{number}: expected a completion: {exception.Message}", exception);
        }
    }
}
