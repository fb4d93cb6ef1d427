namespace Ghpo.Problems;

/// <summary>Problems that were left out for one reason.</summary>
/// <param name="Reason">Why, in a few words.</param>
/// <param name="Count">How many.</param>
public sealed record LeftOut(string Reason, int Count);

/// <summary>What became of the rows of a file.</summary>
/// <param name="Rows">Rows read.</param>
/// <param name="Used">Problems in the set.</param>
/// <param name="LeftOut">The others, by the first reason that met them.</param>
public sealed record ProblemCounts(int Rows, int Used, IReadOnlyList<LeftOut> LeftOut)
{
    /// <summary>As a sentence without its subject: "7,500 rows read, 5,586 used; left out: 1,914 of other levels".</summary>
    public override string ToString() =>
        $"{Rows:N0} rows read, {Used:N0} used" + (LeftOut.Count == 0 ? "" : $"; left out: {string.Join(", ", LeftOut.Select(l => $"{l.Count:N0} {l.Reason}"))}");
}

/// <summary>What a loader cannot know by itself.</summary>
public sealed record LoadContext
{
    /// <summary>Whether the verifier can read a problem's gold answer; null: every gold that is not blank counts as readable.</summary>
    public Func<Problem, bool>? IsVerifiable { get; init; }

    /// <summary>The evaluation sets by name, against which training problems are examined.</summary>
    public IReadOnlyList<(string Name, ProblemSet Problems)> EvaluationSets { get; init; } = [];
}
