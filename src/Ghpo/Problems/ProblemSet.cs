namespace Ghpo.Problems;

/// <summary>A finite set of problems with distinct ids, in the order of its source.</summary>
public sealed class ProblemSet
{
    /// <summary>Takes the problems of one source.</summary>
    /// <param name="name">What the set is called in reports.</param>
    /// <param name="problems">The problems; at least one, with distinct ids.</param>
    /// <exception cref="InvalidDataException">The set is empty or two problems share an id.</exception>
    public ProblemSet(string name, IReadOnlyList<Problem> problems)
    {
        if (problems.Count == 0)
            throw new InvalidDataException($"{name}: the problem set is empty; at least one problem is needed (check the path and the filters)");
        var twice = problems.GroupBy(p => p.Id).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null)
            throw new InvalidDataException($"{name}: {twice.Count()} problems share the id \"{twice.Key}\"; ids must be distinct (leave the id field unmapped to number the rows)");
        (Name, Problems) = (name, problems);
    }

    /// <summary>What the set is called in reports.</summary>
    public string Name { get; }

    /// <summary>The problems in the order of their source.</summary>
    public IReadOnlyList<Problem> Problems { get; }

    /// <summary>What became of the rows of the file; null for generated problems.</summary>
    public ProblemCounts? Counts { get; init; }

    /// <summary>Overlap with the evaluation sets; null where it was not examined.</summary>
    public ContaminationReport? Contamination { get; init; }
}
