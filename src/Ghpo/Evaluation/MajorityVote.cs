namespace Ghpo.Evaluation;

/// <summary>Counts the votes of the samples of one problem.</summary>
internal static class MajorityVote
{
    private const int LongestCompared = 256;

    /// <summary>
    /// How far the most frequent answer is right: 1 or 0; where answers are tied, the share of the tied ones that are right. Right answers are one answer, the gold's; wrong ones are the same
    /// when the verifier says so. A sample without an answer has no vote.
    /// </summary>
    /// <param name="right">Samples that are right.</param>
    /// <param name="wrong">The answers of the others.</param>
    /// <param name="same">Whether two answers mean the same.</param>
    public static double Share(int right, IReadOnlyCollection<string> wrong, Func<string, string, bool> same)
    {
        var groups = new List<(string First, int Votes)>();
        // In the order of the texts: the result is the same in whatever order the samples came.
        foreach (var written in wrong.GroupBy(answer => answer, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            var at = written.Key.Length > LongestCompared ? -1 : groups.FindIndex(group => group.First.Length <= LongestCompared && same(group.First, written.Key));
            if (at < 0)
                groups.Add((written.Key, written.Count()));
            else
                groups[at] = (groups[at].First, groups[at].Votes + written.Count());
        }

        var most = groups.Count == 0 ? 0 : groups.Max(group => group.Votes);
        return right == 0 || right < most ? 0 : right > most ? 1 : 1.0 / (1 + groups.Count(group => group.Votes == most));
    }
}
