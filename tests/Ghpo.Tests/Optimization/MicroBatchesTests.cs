using Ghpo.Optimization;
using Ghpo.Problems;
using Ghpo.Rollouts;

namespace Ghpo.Tests.Optimization;

/// <summary>How completions are shared out over forward passes: none is too long, nothing is lost, and a prompt is computed no oftener than it has to be.</summary>
public class MicroBatchesTests
{
    [Theory]
    [InlineData(200, new[] { 16 })] // both groups, 90 tokens each
    [InlineData(100, new[] { 8, 8 })] // the rest of the first pass would hold no whole group
    [InlineData(89, new[] { 7, 6, 3 })] // no pass holds a group: each is filled
    [InlineData(20, new[] { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 })]
    [InlineData(5, new[] { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 })] // less than a completion: one at a time
    public void Completions_of_a_prompt_stay_together_where_they_fit(int budget, int[] sizes)
    {
        var items = Items(group: 8, prompt: 10, completion: 10, groups: 2);
        var batches = MicroBatches.Split(items, budget).ToList();
        Assert.Equal(sizes, batches.Select(b => b.Count));
        Assert.Equal(items, batches.SelectMany(b => b));
    }

    [Fact]
    public void A_pass_holds_each_prompt_once_before_its_completions()
    {
        var items = Items(group: 3, prompt: 4, completion: 2, groups: 2);
        var packed = MicroBatches.Pack(items);
        Assert.Equal(2, packed.Count);
        Assert.All(packed, group => Assert.Equal((4, 3), (group.Prompt.Length, group.Completions.Count)));
    }

    private static List<TrainingItem> Items(int group, int prompt, int completion, int groups)
    {
        List<TrainingItem> items = [];
        for (var g = 0; g < groups; g++)
        {
            var asked = new Prompt(new Problem($"{g}", "", ""), null, "", [.. Enumerable.Repeat(1, prompt)]);
            Completion[] completions = [.. Enumerable.Range(0, group).Select(i => new Completion(asked, i, [.. Enumerable.Repeat(2, completion)], [], "", FinishReason.Length, 0))];
            var experience = new Experience(asked, completions, [.. completions.Select(_ => 1.0)]);
            items.AddRange(completions.Select((_, i) => new TrainingItem(experience, i, 1)));
        }

        return items;
    }
}
