using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Ghpo.Problems;

/// <summary>Which part of the generated problems is meant.</summary>
public enum ProblemSplit
{
    /// <summary>Four fifths of the problems: for warm-up and training.</summary>
    Train,

    /// <summary>The other fifth. Levels 1 to 3 are too small to divide (90, 270 and 810 problems): there both parts are the whole.</summary>
    Evaluation,
}

/// <summary>The map that generated problems are about.</summary>
public sealed record TransitMapOptions
{
    /// <summary>Stations.</summary>
    [Description("stations on the map"), Range(3, 40)]
    public int Stations { get; init; } = 30;

    /// <summary>Lines; stations · lines facts in all.</summary>
    [Description("lines; each leads from every station to one other"), Range(1, 6)]
    public int Lines { get; init; } = 3;

    /// <summary>The share of facts about which there is a fixed wrong belief.</summary>
    [Description("share of the facts that somebody with misconceptions believes wrongly"), Range(0, 1)]
    public double MisconceptionShare { get; init; } = 0.75;

    /// <summary>The map of a run.</summary>
    public TransitMap Draw(ulong seed) => new(seed, Stations, Lines, MisconceptionShare);
}

/// <summary>Draws sets of problems about a map.</summary>
public static class TransitProblems
{
    private const int SmallestDividedLevel = 4;

    /// <summary>Problems of the given levels, each level as often as the others. Training sets repeat the problems of a level that has too few (under ids of their own); evaluation sets never do.</summary>
    /// <param name="map">The map.</param>
    /// <param name="levels">The numbers of directions wanted.</param>
    /// <param name="count">How many in all; evaluation sets have fewer where the levels do not hold so many.</param>
    /// <param name="split">Which part.</param>
    /// <param name="seed">The draw is a function of it.</param>
    public static ProblemSet Draw(TransitMap map, IReadOnlyList<int> levels, int count, ProblemSplit split, ulong seed)
    {
        var problems = new List<Problem>();
        foreach (var (level, i) in levels.Select((level, i) => (level, i)))
        {
            var wanted = (int)(((long)count * (i + 1) / levels.Count) - ((long)count * i / levels.Count));
            var random = new KeyedRandom(seed, "problems", level, split);
            var seen = new HashSet<string>();
            // Distinct problems by rejection; a small level ends, or begins to repeat, when nearly all of them were seen.
            var distinct = true;
            for (int drawn = 0, misses = 0; drawn < wanted && (distinct || split == ProblemSplit.Train);)
            {
                var lines = new int[level];
                var start = random.Next(map.Stations.Count);
                foreach (ref var line in lines.AsSpan())
                    line = random.Next(map.Lines.Count);
                var problem = map.Ask(start, lines);
                if (!BelongsTo(problem, split))
                    continue;
                var isNew = seen.Add(problem.Id);
                if (isNew || !distinct)
                    problems.Add(isNew ? problem : problem with { Id = $"{problem.Id}#{drawn}" });
                drawn += isNew || !distinct ? 1 : 0;
                misses = isNew ? 0 : misses + 1;
                distinct &= misses < 1000;
            }
        }

        return new ProblemSet($"transit map, levels {string.Join(", ", levels)}", problems);
    }

    /// <summary>The part of a problem is a function of its name, whatever map or seed.</summary>
    internal static bool BelongsTo(Problem problem, ProblemSplit split) =>
        problem.Level < SmallestDividedLevel || (KeyedRandom.KeyOf(0, "split", problem.Id) % 5 == 0) == (split == ProblemSplit.Evaluation);
}
