using System.Text.RegularExpressions;
using Ghpo.Tests.Shared;

namespace Ghpo.Tests.Architecture;

/// <summary>The house's rule, read off the code: each room names only the rooms that it may know.</summary>
public partial class HouseTests
{
    private static readonly Dictionary<string, string[]> MayKnow = new()
    {
        ["Problems"] = [],
        ["Metrics"] = [],
        ["Rollouts"] = ["Problems", "Models"],
        ["Rewards"] = ["Problems", "Rollouts", "Verification"],
        ["Guidance"] = ["Problems", "Rollouts", "Rewards"],
        ["Optimization"] = ["Rollouts", "Models"],
        ["Evaluation"] = ["Problems", "Rollouts", "Rewards", "Metrics"],
        ["Training"] = ["Problems", "Rollouts", "Rewards", "Guidance", "Optimization", "Evaluation", "Metrics", "Models", "Verification"],
        ["Experiments"] = ["Problems", "Rollouts", "Guidance", "Optimization", "Evaluation", "Training", "Metrics", "Models"],
    };

    [Fact]
    public void Rooms_know_only_the_rooms_they_may_know()
    {
        var forbidden = new List<string>();
        var files = 0;
        foreach (var (room, allowed) in MayKnow)
        {
            foreach (var file in Sources(Path.Combine("src", "Ghpo", room)))
            {
                files++;
                forbidden.AddRange(Known(file).Where(other => other != room && !allowed.Contains(other)).Select(other => $"{Path.GetRelativePath(SharedData.Checkout, file)} uses {other}"));
            }
        }

        Assert.Empty(forbidden);
        Assert.True(files > 40, $"only {files} files were read: are the rooms still where they were?");
    }

    [Fact]
    public void Verification_and_models_know_nothing_of_reinforcement_learning_or_of_each_other()
    {
        foreach (var (project, other) in new[] { ("Ghpo.Verification", "Models"), ("Ghpo.Models", "Verification") })
        {
            foreach (var file in Sources(Path.Combine("src", project)))
                Assert.DoesNotContain(Known(file), name => MayKnow.ContainsKey(name) || name == other || name == "Cli");
        }
    }

    [Fact]
    public void Guidance_is_plain_code_without_tensors()
    {
        Assert.All(Sources(Path.Combine("src", "Ghpo", "Guidance")), file => Assert.DoesNotContain("TorchSharp", File.ReadAllText(file), StringComparison.Ordinal));
    }

    [Fact]
    public void No_source_file_is_longer_than_500_lines()
    {
        Assert.DoesNotContain(Sources("src"), file => File.ReadLines(file).Count() > 500);
    }

    /// <summary>The rooms and sibling projects that a file names, in using lines or by full name.</summary>
    private static IEnumerable<string> Known(string file) =>
        UsedRoom().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value).Distinct();

    private static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(Path.Combine(SharedData.Checkout, folder), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal) && !file.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    [GeneratedRegex(@"^\s*(?:global )?using (?:static )?(?:\w+ = )?Ghpo\.(\w+)", RegexOptions.Multiline)]
    private static partial Regex UsedRoom();
}
