using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ghpo.Problems.Sources;

namespace Ghpo.Problems;

/// <summary>Reads one row of a data set as a problem, as its preset and the recipe's field names say.</summary>
internal static partial class ProblemRow
{
    /// <summary>The problem of a row. Its id is the row's own name where it has one, else the row's number.</summary>
    /// <param name="row">The row.</param>
    /// <param name="options">Preset and field names.</param>
    /// <param name="seed">Of the order in which choices are shown.</param>
    /// <exception cref="InvalidDataException">A field is missing or of the wrong type; the message names file, line and field.</exception>
    public static Problem Read(SourceRow row, ProblemOptions options, ulong seed)
    {
        if (row.Value.ValueKind != JsonValueKind.Object)
            throw new InvalidDataException($"{row.Place}: expected a JSON object, found {row.Value.ValueKind}");
        var fields = new RowFields(row);
        var names = options.Fields;
        var preset = RowPreset.Of(options.Preset);
        var id = fields.Text("the id", names.Id, preset.Id) ?? (options.Preset == ProblemPreset.Aime ? AimeId(fields) : null) ?? row.Number;

        var (text, reply) = Question(fields, names, preset);
        if (text is null)
            throw Missing(row, fields, "the question", "problems.fields.problem", names.Problem ?? "problem, question or prompt");
        var solution = Solution(fields, names, preset) ?? reply;
        var answer = options.Preset switch
        {
            ProblemPreset.Olympiadbench => Joined(fields.Find(names.Answer, preset.Answer), fields),
            _ => fields.Text("the gold answer", names.Answer, preset.Answer),
        };

        switch (options.Preset)
        {
            case ProblemPreset.Gsm8k:
                (answer, solution) = SplitGsm8k(answer, row.Place);
                break;
            case ProblemPreset.WordProblems when fields.Text("the story", null, ["body"]) is { } story:
                text = $"{story.Trim()}{(story.TrimEnd() is [.., '.' or '?' or '!' or ','] ? "" : ".")} {text.Trim()}";
                break;
            case ProblemPreset.Olympiadbench when fields.Text("the context", null, ["context"]) is { Length: > 0 } context:
                text = $"{context.Trim()}\n{text.Trim()}";
                break;
            case ProblemPreset.Gpqa when fields.Find(null, ["Incorrect Answer 1"]) is not null:
                (text, answer) = Choices(fields, text, answer, id, seed, row.Place);
                break;
            case ProblemPreset.Numinamath or ProblemPreset.OpenR1 when answer?.Trim() is "proof" or "notfound":
                answer = ""; // how NuminaMath-1.5 says that there is none
                break;
        }

        if (string.IsNullOrWhiteSpace(answer))
            answer = (solution is null ? null : LastBox(solution)) ?? answer ?? (preset.MayLackAnswer && solution is not null ? "" : null);
        if (answer is null)
            throw Missing(row, fields, "the gold answer", "problems.fields.answer", names.Answer ?? "answer, or a solution with a \\boxed{} answer");
        if (string.IsNullOrWhiteSpace(text))
            throw new InvalidDataException($"{row.Place}: the question is empty");
        return new Problem(
            id,
            text.Trim(),
            answer.Trim(),
            string.IsNullOrWhiteSpace(solution) ? null : solution.Trim(),
            fields.Level(names.Level, preset.Level),
            fields.Text("the subject", names.Subject, preset.Subject));
    }

    /// <summary>The question by its field, or out of a conversation, which then gives the solution too.</summary>
    private static (string? Text, string? Reply) Question(RowFields fields, ProblemFields names, RowPreset preset)
    {
        var value = fields.Find(names.Problem, preset.Problem);
        if (ChatRow.Read(value ?? (names.Problem is null ? fields.Find(null, ChatRow.Names) : null), fields) is { } chat)
            return chat;
        return value is null ? default
            : value.Value.ValueKind is JsonValueKind.String ? (fields.TextOf(value.Value, "the question"), null)
            : throw fields.WrongType(value.Value, "the question");
    }

    /// <summary>The worked solution; of several the first.</summary>
    private static string? Solution(RowFields fields, ProblemFields names, RowPreset preset) => fields.Find(names.Solution, preset.Solution) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Array } several => several.GetArrayLength() == 0 ? null : fields.TextOf(several[0], "the solution"),
        { } one => fields.TextOf(one, "the solution"),
    };

    /// <summary>OlympiadBench's list of golds: all of them are asked for.</summary>
    private static string? Joined(JsonElement? golds, RowFields fields) => golds switch
    {
        null => null,
        { ValueKind: JsonValueKind.Array } list => string.Join(", ", list.EnumerateArray().Select(gold => fields.TextOf(gold, "the gold answer"))),
        { } one => fields.TextOf(one, "the gold answer"),
    };

    private static string? AimeId(RowFields fields) =>
        fields.Text("the year", null, ["year"]) is { } year && fields.Text("the number of the contest", null, ["aime_number"]) is { } contest && fields.Text("the number of the problem", null, ["problem_number"]) is { } number
            ? $"{year}-{contest}-{number}"
            : null;

    /// <summary>GPQA's four choices in an order that is a function of seed and id; the gold answer is the letter of the right one.</summary>
    private static (string Text, string Gold) Choices(RowFields fields, string question, string? correct, string id, ulong seed, string place)
    {
        var wrong = Enumerable.Range(1, 9).Select(i => fields.Text($"wrong answer {i}", null, [$"Incorrect Answer {i}"])).TakeWhile(choice => choice is not null).ToArray();
        if (correct is null)
            throw new InvalidDataException($"{place}: preset gpqa expects the column \"Correct Answer\" beside \"Incorrect Answer 1\"");
        string[] choices = [correct.Trim(), .. wrong.Select(choice => choice!.Trim())];
        var order = Enumerable.Range(0, choices.Length).ToArray();
        new KeyedRandom(seed, "choices", id).Shuffle(order);
        var text = new StringBuilder(question.Trim()).Append("\n\n").AppendJoin('\n', order.Select((choice, i) => $"({(char)('A' + i)}) {choices[choice]}"));
        return (text.ToString(), $"{(char)('A' + Array.IndexOf(order, 0))}");
    }

    /// <summary>GSM8K's answer field: worked lines with calculator marks, then <c>#### gold</c>.</summary>
    private static (string Answer, string Solution) SplitGsm8k(string? field, string place)
    {
        var at = field?.LastIndexOf("####", StringComparison.Ordinal) ?? -1;
        if (at < 0)
            throw new InvalidDataException($"{place}: preset gsm8k expects an \"answer\" that ends with \"#### NUMBER\"; use another preset, or none, for this file");
        return (field![(at + 4)..].Trim(), CalculatorMark().Replace(field[..at], "").Trim());
    }

    /// <summary>What stands in the last <c>\boxed{…}</c>, or behind a last <c>\boxed</c> without braces.</summary>
    internal static string? LastBox(string solution)
    {
        var at = Math.Max(solution.LastIndexOf(@"\boxed", StringComparison.Ordinal), solution.LastIndexOf(@"\fbox", StringComparison.Ordinal));
        if (at < 0)
            return null;
        var start = at + (solution[at + 1] == 'b' ? 6 : 5);
        while (start < solution.Length && solution[start] == ' ')
            start++;
        if (start == solution.Length)
            return null;
        if (solution[start] != '{')
            return BareBox().Match(solution, start) is { Success: true } bare ? bare.Value : null; // "\boxed 9": TeX takes one token
        var depth = 0;
        for (var i = start; i < solution.Length; i++)
        {
            if (solution[i] == '\\')
            {
                i++; // an escaped brace is a sign of its own
                continue;
            }

            depth += solution[i] switch { '{' => 1, '}' => -1, _ => 0 };
            if (depth == 0)
                return solution[(start + 1)..i];
        }

        return null;
    }

    private static InvalidDataException Missing(SourceRow row, RowFields fields, string what, string key, string expected) =>
        new($"{row.Place}: no field with {what} ({expected}); the row has {fields.Names}: name the right one with {key}");

    [GeneratedRegex("<<[^<>]*>>", RegexOptions.NonBacktracking)]
    private static partial Regex CalculatorMark();

    [GeneratedRegex(@"\G(?:\\[A-Za-z]+|[0-9]+|[A-Za-z])")]
    private static partial Regex BareBox();
}
