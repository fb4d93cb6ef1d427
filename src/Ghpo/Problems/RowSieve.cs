using System.Security.Cryptography;
using System.Text;

namespace Ghpo.Problems;

/// <summary>Decides which problems of a file are used, and counts the others.</summary>
internal sealed class RowSieve(ProblemOptions options, ProblemSplit split, Func<Problem, bool>? isVerifiable)
{
    private readonly OrderedDictionary<string, int> _leftOut = [];
    private readonly Dictionary<Guid, string> _seen = [];
    private readonly RowTreatment _byDefault = split == ProblemSplit.Train ? RowTreatment.Drop : RowTreatment.Keep;

    /// <summary>What was left out so far, by reason.</summary>
    public IReadOnlyList<LeftOut> LeftOut => [.. _leftOut.Select(entry => new LeftOut(entry.Key, entry.Value))];

    /// <summary>Whether a problem is used.</summary>
    /// <exception cref="InvalidDataException">It is of a kind that is refused.</exception>
    public bool Lets(Problem problem, string place)
    {
        if (Reason(problem, place) is not { } reason)
            return true;
        Count(reason, 1);
        return false;
    }

    /// <summary>Counts problems that were left out elsewhere.</summary>
    public void Count(string reason, int count) => _leftOut[reason] = _leftOut.GetValueOrDefault(reason) + count;

    private string? Reason(Problem problem, string place)
    {
        var filter = options.Filter;
        if (options.Levels is { } levels && !(problem.Level is { } level && levels.Contains(level)))
            return problem.Level is null ? "without a level" : "of other levels";
        if (problem.Text.Length < filter.MinQuestionLength)
            return "with a shorter question";
        if (problem.Text.Length > filter.MaxQuestionLength)
            return "with a longer question";
        if (problem.Trace is null && filter.MinTraceLength > 0)
            return "without a worked solution";
        if (problem.Trace?.Length < filter.MinTraceLength)
            return "with a shorter solution";
        if (problem.Trace?.Length > filter.MaxTraceLength)
            return "with a longer solution";
        if ((filter.UnreadableGold ?? _byDefault) is var unreadable and not RowTreatment.Keep && !IsReadable(problem))
        {
            return unreadable == RowTreatment.Drop
                ? "with a gold answer that the verifier cannot read"
                : throw new InvalidDataException($"{place}: the verifier cannot read the gold answer \"{Shortened(problem.Answer)}\"; problems.filter.unreadable_gold: drop leaves such rows out");
        }

        if ((filter.Duplicates ?? _byDefault) is var duplicates and not RowTreatment.Keep && !_seen.TryAdd(KeyOf(problem.Text), place))
        {
            return duplicates == RowTreatment.Drop
                ? "with the question of an earlier row"
                : throw new InvalidDataException($"{place}: the question stands in {_seen[KeyOf(problem.Text)]} already; problems.filter.duplicates: drop leaves such rows out");
        }

        return null;
    }

    private bool IsReadable(Problem problem) => !string.IsNullOrWhiteSpace(problem.Answer) && (isVerifiable?.Invoke(problem) ?? true);

    /// <summary>128 bits of a cryptographic hash of the question with its white space made single: no file collides, and no text is kept.</summary>
    private static Guid KeyOf(string text) => new(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)))).AsSpan(0, 16));

    private static string Shortened(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
