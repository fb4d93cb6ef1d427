using Ghpo.Models.Transformer;
using Ghpo.Rollouts;

namespace Ghpo.Optimization;

/// <summary>A completion on its way through an update.</summary>
internal sealed class TrainingItem(Experience experience, int index, double tokenWeight)
{
    private float[]? _oldLogProbs;
    private float[]? _referenceLogProbs;
    private float[]? _weights;

    public Experience Experience => experience;

    public Completion Completion => experience.Completions[index];

    public double Advantage => experience.Advantages[index];

    public double TokenWeight => tokenWeight;

    /// <summary>Keeps constants of the loss at some tokens for the later inner epochs.</summary>
    /// <param name="from">The first of the tokens.</param>
    /// <param name="oldLogProbs">log π_old under the prompt trained under: the trainer's own, taken in the first inner epoch.</param>
    /// <param name="referenceLogProbs">log π_ref; null: not needed.</param>
    /// <param name="weights">Constant factors of the policy's terms; null: 1.</param>
    public void Keep(int from, float[] oldLogProbs, float[]? referenceLogProbs, float[]? weights)
    {
        oldLogProbs.CopyTo(_oldLogProbs ??= new float[Completion.Ids.Length], from);
        referenceLogProbs?.CopyTo(_referenceLogProbs ??= new float[Completion.Ids.Length], from);
        weights?.CopyTo(_weights ??= new float[Completion.Ids.Length], from);
    }

    /// <summary>What the loss looks at from one token on.</summary>
    public LossSequence Part(int from, float[] logProbs)
    {
        var tokens = from..(from + logProbs.Length);
        return new(Advantage, logProbs, _oldLogProbs![tokens], _referenceLogProbs?[tokens], _weights?[tokens]);
    }
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
