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

/// <summary>
/// Cuts the completions of an update into forward passes of a bounded number of tokens. A prompt is computed once a pass: its completions stay together where they fit, even if what is left of the
/// pass before stays empty.
/// </summary>
internal static class MicroBatches
{
    public static IEnumerable<IReadOnlyList<TrainingItem>> Split(IReadOnlyList<TrainingItem> items, int tokenBudget)
    {
        var batch = new List<TrainingItem>();
        var tokens = 0;
        foreach (var group in ByPrompt(items))
        {
            var prompt = group[0].Experience.Prompt.Ids.Length;
            var whole = prompt + group.Sum(item => item.Completion.Ids.Length);
            var hasPrompt = false;
            foreach (var item in group)
            {
                var cost = hasPrompt ? item.Completion.Ids.Length : prompt + item.Completion.Ids.Length;
                if (batch.Count > 0 && tokens + (!hasPrompt && whole <= tokenBudget ? whole : cost) > tokenBudget)
                {
                    yield return batch;
                    (batch, tokens, cost) = ([], 0, prompt + item.Completion.Ids.Length);
                }

                batch.Add(item);
                tokens += cost;
                hasPrompt = true;
            }
        }

        if (batch.Count > 0)
            yield return batch;
    }

    /// <summary>The packed form of a micro-batch: items of one experience share its prompt. Targets come in the order of the items.</summary>
    public static IReadOnlyList<PackedGroup> Pack(IReadOnlyList<TrainingItem> items) =>
        [.. ByPrompt(items).Select(group => new PackedGroup(group[0].Experience.Prompt.Ids, [.. group.Select(item => item.Completion.Ids)]))];

    /// <summary>Items of one experience that follow each other.</summary>
    private static IEnumerable<TrainingItem[]> ByPrompt(IReadOnlyList<TrainingItem> items)
    {
        for (var i = 0; i < items.Count;)
        {
            TrainingItem[] group = [.. items.Skip(i).TakeWhile(item => ReferenceEquals(item.Experience, items[i].Experience))];
            yield return group;
            i += group.Length;
        }
    }
}
