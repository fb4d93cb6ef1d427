using static Ghpo.Metrics.MetricNames;

namespace Ghpo.Metrics;

/// <summary>
/// Watches for steps without any effective group, from which nothing can be learned, and says why and what to do: "loss is
/// 0, is it training?"
/// </summary>
/// <param name="patience">Steps in a row without an effective group before something is said, and between two sentences.</param>
public sealed class NothingLearned(int patience = 5)
{
    private readonly List<IReadOnlyDictionary<string, double>> _window = [];

    /// <summary>Takes the next step's figures; a sentence when it is time for one, else null.</summary>
    /// <param name="values">The figures by name; a step without <see cref="EffectiveQueries"/> (supervised learning) ends the series.</param>
    public string? Observe(IReadOnlyDictionary<string, double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (!values.TryGetValue(EffectiveQueries, out var effective) || effective > 0)
        {
            _window.Clear();
            return null;
        }

        _window.Add(values);
        if (_window.Count < patience)
            return null;
        var said = $"No group had an advantage for {(patience == 1 ? "this step" : $"{patience} steps")}, so nothing was learned: {Reason()}";
        _window.Clear();
        return said;
    }

    private string Reason()
    {
        if (Mean(Unscorable) >= 0.5)
            return $"the verifier cannot read the gold answer of {Percent(Unscorable)} of the problems. Check the field that holds the answer (problems: the names of the fields) and try one with \"ghpo verify GOLD GOLD\".";
        if (Math.Max(Mean(Truncated), Mean(ClippedRatio)) is >= 0.5 and var cut)
            return $"{cut:P0} of the completions are cut at the length limit before they give an answer. Raise max_completion_length.";
        if (Mean(AllRight) >= 0.8)
            return $"{Percent(AllRight)} of the groups are all right. The problems are too easy for this model by now: use harder ones, or stop here.";
        if (Mean(AllWrong) >= 0.5)
            return $"{Percent(AllWrong)} of the groups are all wrong; {WhyWrong()}";
        return "the completions of each group all get the same reward. Raise num_generations or temperature, or use problems of medium difficulty.";
    }

    private string WhyWrong()
    {
        if (Has(Format) && Mean(Format) < 0.1)
            return "the completions are not in the asked format, so no answer is read. Look at some with \"ghpo inspect\", check system_prompt and chat template, or begin with a supervised phase.";
        if (Mean(ColdStart) >= 0.5)
            return "guidance is still off for the cold start. Wait, or lower cold_start_steps.";
        if (Mean(Unguidable) >= 0.5)
            return $"{Percent(Unguidable)} cannot be guided, because the problem has no usable trace. Name the field that holds the worked solution, or use easier problems.";
        if (Mean(Exhausted) >= 0.5)
            return $"{Percent(Exhausted)} stay wrong with the longest hint, too. Use easier problems, add a higher hint ratio (0.9), or raise num_generations.";
        return "nothing guides them. Switch guidance on, use easier problems, or raise num_generations.";
    }

    private bool Has(string name) => _window.Exists(values => values.TryGetValue(name, out var value) && double.IsFinite(value));

    private double Mean(string name) => Has(name) ? _window.Where(values => values.TryGetValue(name, out var value) && double.IsFinite(value)).Average(values => values[name]) : 0;

    private string Percent(string name) => $"{Mean(name):P0}";
}
