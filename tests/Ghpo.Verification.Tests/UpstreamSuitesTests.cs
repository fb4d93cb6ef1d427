using System.Text.Json.Nodes;
using Ghpo.Tests.Shared;

namespace Ghpo.Verification.Tests;

/// <summary>Cases from the test suites of other trainers, each suite under its own settings. The few that our rules refuse are named in docs/verification.md.</summary>
public sealed class UpstreamSuitesTests(ITestOutputHelper output)
{
    [Fact]
    public void Suites_of_other_trainers_are_met()
    {
        int right = 0, all = 0;
        foreach (var row in Rows("grade"))
        {
            // The F1 suite measures overlap of words, and null means that upstream skips the pair or only asks for a number.
            if ((string)row["suite"]! == "open-instruct/F1Verifier" || Expected(row["expected"]) is not { } expected) continue;
            all++;
            var correct = Golds(row["gold"]).Any(gold => MathVerifier.Verify(gold, Text(row["pred"]), Options(row)).IsCorrect);
            if (correct == expected) right++;
            else output.WriteLine($"{row["suite"]}: {row["gold"]?.ToJsonString()} <= {row["pred"]?.ToJsonString()} is {correct}");
        }
        output.WriteLine($"{right} of {all}");
        Assert.True(right >= 0.97 * all, $"{right} of {all}");
    }

    [Fact]
    public void Boxes_are_extracted_as_other_trainers_do()
    {
        int right = 0, all = 0;
        foreach (var row in Rows("extract"))
        {
            if (row["pred"] is null || row["op"]?.ToString() == "raises" || Text(row["expected"]).Contains("raises", StringComparison.Ordinal)) continue;
            var found = AnswerExtractor.Extract(Text(row["pred"]), VerifierOptions.BoxedOnly)?.Text;
            var expected = (string?)row["expected"];
            if (expected is not null && (expected.StartsWith("\\boxed", StringComparison.Ordinal) || expected.StartsWith("\\fbox", StringComparison.Ordinal))) expected = AnswerExtractor.Extract(expected, VerifierOptions.BoxedOnly)?.Text;
            all++;
            if (found == expected) right++;
            else output.WriteLine($"{row["config"]!["fn"]}: {row["pred"]!.ToJsonString()} gives {found}, not {expected}");
        }
        output.WriteLine($"{right} of {all}");
        Assert.True(right >= 0.9 * all, $"{right} of {all}");
    }

    [Fact]
    public void What_other_trainers_normalise_to_one_text_is_equal()
    {
        int right = 0, all = 0;
        foreach (var row in Rows("normalize"))
        {
            if (row["expected"] is not JsonValue || Text(row["expected"]).Length == 0 || Text(row["pred"]).Length == 0) continue;
            all++;
            if (MathVerifier.Verify(Text(row["expected"]), Text(row["pred"])).IsCorrect) right++;
            else output.WriteLine($"{row["config"]!["fn"]}: {row["pred"]!.ToJsonString()} is not {row["expected"]!.ToJsonString()}");
        }
        output.WriteLine($"{right} of {all}");
        Assert.True(right >= 0.9 * all, $"{right} of {all}");
    }

    private static IEnumerable<JsonNode> Rows(string kind) =>
        File.ReadLines(SharedData.Require("data/verifier/upstream_cases.jsonl")).Select(line => JsonNode.Parse(line)!).Where(row => (string)row["kind"]! == kind);

    private static string Text(JsonNode? node) => node?.ToString() ?? "";

    private static IEnumerable<string> Golds(JsonNode? gold) => gold is JsonArray several ? several.Select(Text) : [Text(gold)];

    /// <summary>Right or wrong; null where upstream expects neither.</summary>
    private static bool? Expected(JsonNode? expected) => expected switch
    {
        JsonObject scores => Expected(scores["correctness"] ?? scores["score"]),
        JsonValue value when value.TryGetValue<bool>(out var yes) => yes,
        JsonValue value when value.TryGetValue<double>(out var score) => score > 0.5,
        _ => null,
    };

    private static VerifierOptions Options(JsonNode row)
    {
        var config = row["config"]!;
        var options = (string)row["suite"]! switch
        {
            "rllm/RewardMathFn" => VerifierOptions.BoxedOnly with { RequireReasoningEnd = true },
            "nemo-rl/geo3k_reward" => VerifierOptions.BoxedOnly,
            "trl_rewards/reasoning_accuracy_reward" => VerifierOptions.BoxedOnly with { RequireReasoningEnd = true },
            "slime/test_rm_math" when (string?)config["fn"] == "grade_answer_verl" => VerifierOptions.BoxedOnly,
            "slime/test_rm_math_dapo" => (string?)config["fn"] is "is_correct_minerva" or "verify" && config["strict_box_verify"] is null
                ? new() { Strategies = [ExtractionStrategy.Phrase] } : VerifierOptions.BoxedOnly,
            "olympiadbench/scoring_examples" => new() { Units = UnitHandling.Required },
            _ => VerifierOptions.Default,
        };
        if (config["precision"] is { } precision) options = options with { AbsoluteTolerance = double.Parse(Text(precision is JsonArray several ? several[0] : precision), System.Globalization.CultureInfo.InvariantCulture) };
        if (config["reasoning_delimiters"] is JsonArray ends) options = options with { ReasoningEnds = [.. ends.Select(Text)] };
        return options;
    }
}
