using System.Text.Json;
using System.Text.RegularExpressions;

namespace Ghpo.Problems;

/// <summary>Reads one row of a data set as a problem.</summary>
internal static partial class ProblemRow
{
    public static Problem Read(JsonElement row, string place, ProblemOptions options)
    {
        if (row.ValueKind != JsonValueKind.Object)
            throw new InvalidDataException($"{place}: expected a JSON object, found {row.ValueKind}");
        var fields = options.Fields;
        var text = Text(row, fields.Problem, "problem", "question", "prompt")
            ?? throw Missing(row, place, "the question", "problems.fields.problem", fields.Problem ?? "problem, question or prompt");
        var answer = Text(row, fields.Answer, "answer");
        var solution = Text(row, fields.Solution, "solution");
        if (options.Preset == ProblemPreset.Gsm8k)
            (answer, solution) = SplitGsm8k(answer, place);
        else
            answer ??= solution is null ? null : LastBox(solution);
        if (answer is null)
            throw Missing(row, place, "the gold answer", "problems.fields.answer", fields.Answer ?? "answer");
        return new Problem(
            Text(row, fields.Id, "id", "unique_id") ?? place[(place.LastIndexOf(' ') + 1)..],
            text.Trim(),
            answer.Trim(),
            string.IsNullOrWhiteSpace(solution) ? null : solution.Trim(),
            Level(Text(row, fields.Level, "level")),
            Text(row, fields.Subject, "subject", "type"));
    }

    /// <summary>GSM8K's answer field: worked lines with calculator marks, then <c>#### gold</c>.</summary>
    private static (string Answer, string Solution) SplitGsm8k(string? field, string place)
    {
        var at = field?.LastIndexOf("####", StringComparison.Ordinal) ?? -1;
        if (at < 0)
            throw new InvalidDataException($"{place}: preset gsm8k expects an \"answer\" that ends with \"#### NUMBER\"; use another preset, or none, for this file");
        return (field![(at + 4)..].Trim(), CalculatorMark().Replace(field[..at], "").Trim());
    }

    private static string? Text(JsonElement row, string? mapped, params ReadOnlySpan<string> usual)
    {
        foreach (var name in mapped is null ? usual : [mapped])
        {
            if (!row.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
                continue;
            return value.ValueKind switch
            {
                JsonValueKind.String => value.GetString(),
                JsonValueKind.Array when value.GetArrayLength() == 1 => value[0].ToString(),
                _ => value.ToString(),
            };
        }

        return null;
    }

    private static int? Level(string? text) => text is not null && LastNumber().Match(text) is { Success: true } match ? int.Parse(match.Value) : null;

    private static string? LastBox(string solution)
    {
        var at = solution.LastIndexOf(@"\boxed{", StringComparison.Ordinal);
        var depth = 0;
        for (var i = at + 6; at >= 0 && i < solution.Length; i++)
        {
            depth += solution[i] switch { '{' => 1, '}' => -1, _ => 0 };
            if (depth == 0)
                return solution[(at + 7)..i];
        }

        return null;
    }

    private static InvalidDataException Missing(JsonElement row, string place, string what, string key, string expected) =>
        new($"{place}: no field with {what} ({expected}); the row has {string.Join(", ", row.EnumerateObject().Select(p => p.Name))}: name the right one with {key}");

    [GeneratedRegex("<<[^<>]*>>", RegexOptions.NonBacktracking)]
    private static partial Regex CalculatorMark();

    [GeneratedRegex("[0-9]{1,6}$", RegexOptions.NonBacktracking)]
    private static partial Regex LastNumber();
}
