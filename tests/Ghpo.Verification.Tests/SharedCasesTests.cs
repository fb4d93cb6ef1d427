using System.Text.Json.Nodes;
using Ghpo.Tests.Shared;

namespace Ghpo.Verification.Tests;

/// <summary>Real data beside the checkout: labelled pairs, and every gold answer of the benchmarks.</summary>
public sealed class SharedCasesTests
{
    [Fact]
    public void Math_verifys_own_table_is_met()
    {
        var (right, all) = Count("data/verifier/math_verify_sample.jsonl", "pred", "expected", config => new()
        {
            DecimalDigits = (int)config!["float_rounding"]!,
            Strict = (bool)config["strict"]!,
            InequalityForInterval = (bool)config["allow_set_relation_comp"]!,
        });
        Assert.True(right >= 0.995 * all, $"{right} of {all}");
    }

    [Fact]
    public void Rewritten_answers_are_told_from_changed_ones()
    {
        int right = 0, all = 0, wrong = 0, falsePositives = 0;
        foreach (var row in Rows("data/verifier/equivalence_dev.jsonl"))
        {
            var label = (bool)row["label"]!;
            var correct = MathVerifier.Verify((string)row["gold"]!, (string)row["candidate"]!).IsCorrect;
            all++;
            if (correct == label) right++;
            if (!label) wrong++;
            if (!label && correct) falsePositives++;
        }
        Assert.True(right >= 0.98 * all, $"{right} of {all}");
        Assert.True(falsePositives <= 0.002 * wrong, $"{falsePositives} of {wrong} wrong answers pass");
    }

    [Theory]
    [InlineData(false, 0.989)]
    [InlineData(true, 0.993)]
    public void Real_answers_get_their_labels(bool acceptRounded, double bar)
    {
        var (right, all) = Count("data/verifier/agreement_pairs.jsonl", "pred", "expected", _ => new() { AcceptRounded = acceptRounded });
        Assert.True(right >= bar * all, $"{right} of {all}");
    }

    [Theory]
    [InlineData("data/math/math500.jsonl", "answer")]
    [InlineData("data/math/train.jsonl", "answer")]
    [InlineData("data/benchmarks/olympiadbench.jsonl", "final_answer")]
    public void Golds_can_be_read_and_equal_themselves(string file, string field)
    {
        int read = 0, all = 0;
        foreach (var row in Rows(file))
        {
            var gold = row[field] is JsonArray { Count: > 0 } several ? (string?)several[0] : (string?)row[field];
            if (string.IsNullOrWhiteSpace(gold)) continue;
            all++;
            if (MathVerifier.CanRead(gold) && MathVerifier.Verify(gold, "\\boxed{" + gold + "}").IsCorrect) read++;
        }
        Assert.True(read >= 0.998 * all, $"{read} of {all}");
    }

    private static (int Right, int All) Count(string file, string answer, string label, Func<JsonNode?, VerifierOptions> options)
    {
        int right = 0, all = 0;
        foreach (var row in Rows(file))
        {
            all++;
            if (MathVerifier.Verify((string)row["gold"]!, (string)row[answer]!, options(row["config"])).IsCorrect == ((int)row[label]! == 1)) right++;
        }
        return (right, all);
    }

    private static IEnumerable<JsonNode> Rows(string file) => File.ReadLines(SharedData.Require(file)).Select(line => JsonNode.Parse(line)!);
}
