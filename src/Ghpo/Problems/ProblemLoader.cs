using Ghpo.Problems.Sources;

namespace Ghpo.Problems;

/// <summary>Loads the problems that a recipe names.</summary>
public static class ProblemLoader
{
    private const int GeneratedCount = 4000;

    /// <summary>Loads or draws a set.</summary>
    /// <param name="options">Which problems.</param>
    /// <param name="seed">Of the run: generated problems and the order of choices are functions of it.</param>
    /// <param name="split">Which part of generated problems; for a file, what it is used for decides the filter's defaults.</param>
    /// <param name="context">What the filters ask of others.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A row is broken (file and line are named), or no problem is left.</exception>
    public static ProblemSet Load(ProblemOptions options, ulong seed, ProblemSplit split = ProblemSplit.Train, LoadContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Path is not { } path)
            return TransitProblems.Draw(options.Map.Draw(seed), options.Levels ?? [1, 2, 3, 4, 5, 6, 7, 8], options.MaxProblems ?? GeneratedCount, split, seed);
        var name = Path.GetFileName(path);
        var sieve = new RowSieve(options, split, context?.IsVerifiable);
        var index = split == ProblemSplit.Train && options.Contamination != ContaminationTreatment.Off && context?.EvaluationSets is { Count: > 0 } sets
            ? new ContaminationIndex(sets, options.ContaminationWords)
            : null;
        var drops = index is not null && options.Contamination == ContaminationTreatment.Drop;
        // Contamination is judged over the whole file, so what it drops is made up for by later rows.
        var (problems, rows) = Read(options, seed, sieve, drops ? int.MaxValue : options.MaxProblems ?? int.MaxValue);
        var contamination = index?.Examine(problems);
        if (contamination is not null && drops)
        {
            var clean = problems.Where(problem => !contamination.Holds(problem.Id)).ToList();
            sieve.Count("that overlap an evaluation set", problems.Count - clean.Count);
            problems = clean[..Math.Min(clean.Count, options.MaxProblems ?? int.MaxValue)];
            contamination = contamination with { Dropped = true };
        }

        var counts = new ProblemCounts(rows, problems.Count, [.. sieve.LeftOut.Where(l => l.Count > 0)]);
        if (problems.Count == 0)
            throw new InvalidDataException(rows == 0 ? $"problems.path: {path} is empty; at least one problem is needed" : $"problems.path: no problem of {path} is left ({counts}); loosen problems.levels or problems.filter");
        return new ProblemSet(name, problems) { Counts = counts, Contamination = contamination };
    }

    private static (List<Problem> Problems, int Rows) Read(ProblemOptions options, ulong seed, RowSieve sieve, int atMost)
    {
        var files = DataFile.Find(options.Path!);
        var problems = new List<Problem>();
        var numbers = new List<string>();
        var ids = new HashSet<string>();
        var (rows, distinct) = (0, true);
        foreach (var file in files)
        {
            foreach (var row in DataFile.Read(file))
            {
                rows++;
                var problem = ProblemRow.Read(row, options, seed);
                if (!sieve.Lets(problem, row.Place))
                    continue;
                problems.Add(problem);
                numbers.Add(files.Count == 1 ? row.Number : $"{Path.GetFileNameWithoutExtension(file)}/{row.Number}");
                if (!ids.Add(problem.Id))
                    distinct = options.Fields.Id is null ? false : throw new InvalidDataException($"{row.Place}: another row has the id \"{problem.Id}\" too; leave problems.fields.id out to number the rows");
                if (problems.Count >= atMost)
                    return (Named(), rows);
            }
        }

        return (Named(), rows);

        // A field that happens to be called id but does not name the row: the rows are numbered.
        List<Problem> Named() => distinct ? problems : [.. problems.Select((problem, i) => problem with { Id = numbers[i] })];
    }
}
