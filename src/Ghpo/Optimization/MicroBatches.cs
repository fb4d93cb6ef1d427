using Ghpo.Models.Transformer;
using Ghpo.Rollouts;

namespace Ghpo.Optimization;

/// <summary>A completion on its way through an update.</summary>
internal sealed class TrainingItem(Experience experience, int index, double tokenWeight)
{
    public Experience Experience => experience;

    public Completion Completion => experience.Completions[index];

    public double Advantage => experience.Advantages[index];

    public double TokenWeight => tokenWeight;

    /// <summary>log π_old under the prompt trained under: the trainer's own, taken in the first inner epoch.</summary>
    public float[]? OldLogProbs { get; set; }

    public float[]? ReferenceLogProbs { get; set; }

    public float[]? Weights { get; set; }
}

/// <summary>Cuts the completions of an update into forward passes of a bounded number of tokens; those of one prompt stay together as far as they fit, because the prompt is computed once a pass.</summary>
internal static class MicroBatches
{
    public static IEnumerable<IReadOnlyList<TrainingItem>> Split(IEnumerable<TrainingItem> items, int tokenBudget)
    {
        var batch = new List<TrainingItem>();
        var tokens = 0;
        foreach (var item in items)
        {
            var cost = item.Completion.Ids.Length + (batch.Count > 0 && ReferenceEquals(batch[^1].Experience, item.Experience) ? 0 : item.Experience.Prompt.Ids.Length);
            if (batch.Count > 0 && tokens + cost > tokenBudget)
            {
                yield return batch;
                (batch, tokens) = ([], 0);
                cost = item.Completion.Ids.Length + item.Experience.Prompt.Ids.Length;
            }

            batch.Add(item);
            tokens += cost;
        }

        if (batch.Count > 0)
            yield return batch;
    }

    /// <summary>The packed form of a micro-batch: items of one experience share its prompt. Targets come in the order of the items.</summary>
    public static IReadOnlyList<PackedGroup> Pack(IReadOnlyList<TrainingItem> items)
    {
        var groups = new List<PackedGroup>();
        for (var i = 0; i < items.Count;)
        {
            var experience = items[i].Experience;
            var completions = items.Skip(i).TakeWhile(x => ReferenceEquals(x.Experience, experience)).Select(x => x.Completion.Ids).ToArray();
            groups.Add(new PackedGroup(experience.Prompt.Ids, completions));
            i += completions.Length;
        }

        return groups;
    }
}
