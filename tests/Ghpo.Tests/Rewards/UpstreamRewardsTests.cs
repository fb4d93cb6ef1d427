using System.Globalization;
using System.Text.Json.Nodes;
using Ghpo.Problems;
using Ghpo.Rewards;
using Ghpo.Rollouts;
using Ghpo.Tests.Shared;
using Ghpo.Verification;

namespace Ghpo.Tests.Rewards;

/// <summary>What the test suites of open-r1 and TRL expect of their rewards, each under its own settings.</summary>
public sealed class UpstreamRewardsTests(ITestOutputHelper output)
{
    /// <summary>Rewards that are left out on purpose, by function, and why.</summary>
    private static readonly Dictionary<string, string> LeftOut = new()
    {
        ["len_reward"] = "ranks a completion among the others of its batch; here each is scored by itself as it ends, and probing decides on a part of the group",
        ["reasoning_steps_reward"] = "pays for words such as \"First,\" and \"Step 1:\" whatever they introduce: a policy learns the words",
        ["get_repetition_penalty_reward, language zh"] = "cuts Chinese into words with a dictionary; repetition_unit: tokens needs none",
    };

    [Fact]
    public void Rewards_of_other_trainers_are_met()
    {
        int right = 0, all = 0;
        var left = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var row in File.ReadLines(SharedData.Require("data/verifier/upstream_cases.jsonl")).Select(line => JsonNode.Parse(line)!).Where(r => (string)r["kind"]! is "reward" or "format"))
        {
            var name = Name(row);
            if (LeftOut.ContainsKey(name))
            {
                left[name] = left.GetValueOrDefault(name) + 1;
                continue;
            }
            all++;
            if (IsMet(row, name)) right++;
            else output.WriteLine($"{row["suite"]}: {row["test"]} {row["output"]} {row["op"]} {row["expected"]?.ToJsonString()}");
        }
        foreach (var (name, count) in left) output.WriteLine($"left out: {count} of {name}, which {LeftOut[name]}");
        output.WriteLine($"{right} of {all}");
        Assert.True(all > 0 && right >= 0.97 * all, $"{right} of {all}");
    }

    private static string Name(JsonNode row)
    {
        var name = ((string)row["config"]!["fn"]!).Split('(')[0];
        return (string?)row["fn_config"]?["language"] is { } language and not "en" ? $"{name}, language {language}" : name;
    }

    private static bool IsMet(JsonNode row, string name)
    {
        if ((string?)row["op"] == "raises") return Record.Exception(() => Reward(row, name, row["kwargs"]!)) is ArgumentOutOfRangeException;
        var reward = Reward(row, name, row["fn_config"]);
        if ((string)row["kind"]! == "format") return reward.Score(Input((string)row["pred"]!, "", [])) == (double)row["expected"]!;
        var given = Inputs(row).Select(reward.Score).ToArray();
        var (at, op, expected) = ((string)row["output"]!, (string)row["op"]!, row["expected"]);
        if (at.Length == 0) return expected!.AsArray().Select(e => (double?)e).Zip(given, (e, g) => Holds(g, "~=", e)).All(met => met) && expected.AsArray().Count == given.Length;
        // unittest's way to say "about": round(abs(([0] - -0.5)), 4) == 0
        if (at.StartsWith("round(abs(([0] - ", StringComparison.Ordinal)) return Holds(given[0], "~=", double.Parse(at[17..at.IndexOf(')', StringComparison.Ordinal)], CultureInfo.InvariantCulture));
        // The right side is a number, or another element of the same call.
        return Holds(given[Index(at)], op, expected is JsonObject other ? given[Index((string)other["object"]!)] : (double)expected!);
    }

    private static bool Holds(double? given, string op, double? expected) => op switch
    {
        "==" or "~=" => given is { } g && expected is { } e ? Math.Abs(g - e) < 1e-3 : given is null && expected is null,
        ">" => given > expected,
        ">=" => given >= expected,
        "<=" => given <= expected,
        _ => throw new InvalidDataException($"unknown comparison {op}"),
    };

    /// <summary>The index at the end: "[0]", "f(…)(…)[1]".</summary>
    private static int Index(string text) => text[^3] == '[' ? text[^2] - '0' : throw new InvalidDataException($"no index ends {text}");

    private static IRewardFunction Reward(JsonNode row, string name, JsonNode? config) => name switch
    {
        "format_reward" => new FormatReward(),
        "think_format_reward" => new ThinkFormatReward(),
        "tag_count_reward" => new TagCountReward(),
        "get_soft_overlong_punishment" => new SoftOverlongReward((int)config!["max_completion_len"]!, (int)config["soft_punish_cache"]!),
        "get_repetition_penalty_reward" => new RepetitionReward((int)config!["ngram_size"]!, (double)config["max_penalty"]!, IsTrl(row) ? RepetitionUnit.Tokens : RepetitionUnit.Words),
        "get_cosine_scaled_reward" => new CosineReward((int)config!["max_len"]!, Bound(config, "min_value_correct", 0.5), Bound(config, "max_value_correct", 1), Bound(config, "min_value_wrong", -1), Bound(config, "max_value_wrong", -0.5)),
        _ => throw new InvalidDataException($"unknown reward {name} of {row["suite"]}"),
    };

    private static double Bound(JsonNode config, string key, double otherwise) => (double?)config[key] ?? otherwise;

    private static bool IsTrl(JsonNode row) => ((string)row["suite"]!).StartsWith("trl", StringComparison.Ordinal);

    /// <summary>The completions of a call: texts with golds and ids, or ids alone. Where open-r1 measures length in characters, a token stands for each.</summary>
    private static IEnumerable<RewardInput> Inputs(JsonNode row)
    {
        var args = row["args"]!.AsArray();
        var completions = (args.Count > 0 ? args[0] : row["kwargs"]!["completion_ids"])!.AsArray();
        for (var i = 0; i < completions.Count; i++)
        {
            var completion = completions[i]!.AsArray();
            var text = completion.Count > 0 && completion[0] is JsonObject message ? (string)message["content"]! : null;
            var ids = text is null ? completion : args.Count > 2 ? args[2]![i]!.AsArray() : null;
            var gold = args.Count > 1 ? (string)args[1]![i]! : "";
            yield return Input(text ?? "", gold, ids?.Select(id => (int)id!).ToArray() ?? new int[text!.Length]);
        }
    }

    private static RewardInput Input(string text, string gold, int[] ids)
    {
        var completion = new Completion(new Prompt(new Problem("p", "?", gold), null, "?", [1]), 0, ids, new float[ids.Length], text, FinishReason.Stop, 0);
        return new(completion, MathVerifier.Verify(gold, text));
    }
}
