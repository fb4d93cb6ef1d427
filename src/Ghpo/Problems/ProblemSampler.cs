using System.Text.Json.Serialization;

namespace Ghpo.Problems;

/// <summary>One turn of a problem: the problem and how often it had been drawn before.</summary>
/// <param name="Problem">The problem.</param>
/// <param name="Number">0 for the first visit; part of the key of every completion's random stream.</param>
public readonly record struct Visit(Problem Problem, int Number);

/// <summary>The order in which problems are drawn.</summary>
public enum ProblemOrder
{
    /// <summary>A fresh permutation each epoch, drawn from the seed.</summary>
    Shuffled,

    /// <summary>Easy levels first, shuffled within a level; problems without a level come last.</summary>
    Curriculum,

    /// <summary>As in the source.</summary>
    Sequential,
}

/// <summary>Draws problems without replacement, epoch after epoch. Its whole state is one number, so a resumed run goes on with the very next problem.</summary>
public sealed class ProblemSampler
{
    private readonly ProblemSet _set;
    private readonly ulong _seed;
    private readonly ProblemOrder _order;
    private int[] _permutation = [];
    private long _epochOfPermutation = -1;

    /// <summary>Starts at the first problem of the first epoch.</summary>
    public ProblemSampler(ProblemSet set, ulong seed, ProblemOrder order = ProblemOrder.Shuffled) => (_set, _seed, _order) = (set, seed, order);

    /// <summary>How many problems were drawn so far: the sampler's whole state.</summary>
    public long Drawn { get; private set; }

    /// <summary>Passes over the set so far, fractions included.</summary>
    public double Epoch => (double)Drawn / _set.Problems.Count;

    /// <summary>Draws the next problems.</summary>
    public IReadOnlyList<Visit> Draw(int count)
    {
        var visits = Peek(count);
        Drawn += count;
        return visits;
    }

    /// <summary>What <see cref="Draw"/> would give.</summary>
    public IReadOnlyList<Visit> Peek(int count)
    {
        var visits = new Visit[count];
        for (var i = 0; i < count; i++)
        {
            var (epoch, place) = Math.DivRem(Drawn + i, _set.Problems.Count);
            if (epoch != _epochOfPermutation)
                (_permutation, _epochOfPermutation) = (Permute(epoch), epoch);
            visits[i] = new Visit(_set.Problems[_permutation[place]], (int)epoch);
        }

        return visits;
    }

    /// <summary>Goes on from a saved <see cref="Drawn"/>.</summary>
    public void Restore(SamplerState state) => Drawn = state.Drawn;

    /// <summary>What <see cref="Restore"/> takes.</summary>
    public SamplerState Save() => new(Drawn);

    private int[] Permute(long epoch)
    {
        var permutation = Enumerable.Range(0, _set.Problems.Count).ToArray();
        if (_order == ProblemOrder.Sequential)
            return permutation;
        new KeyedRandom(_seed, "order", epoch).Shuffle(permutation);
        return _order == ProblemOrder.Curriculum
            ? [.. permutation.OrderBy(i => _set.Problems[i].Level ?? int.MaxValue)] // stable: the shuffle stays within a level
            : permutation;
    }
}

/// <summary>The state of a <see cref="ProblemSampler"/>.</summary>
/// <param name="Drawn">How many problems were drawn.</param>
public readonly record struct SamplerState([property: JsonPropertyName("drawn")] long Drawn);
