namespace Ghpo.Verification.Tests;

/// <summary>The table of pairs beside this file: everything that the verifier promises to read, with its near misses and games.</summary>
public sealed class CasesTests
{
    [Fact]
    public void The_table_is_met_to_the_last_pair()
    {
        var pairs = Pairs().ToList();
        Assert.True(pairs.Count > 900);
        var wrong = pairs.Where(p => MathVerifier.Verify(p.Gold, p.Completion).IsCorrect != p.Correct).Select(p => $"{(p.Correct ? '+' : '-')} {p.Gold} ⇐ {p.Completion}: {MathVerifier.Verify(p.Gold, p.Completion)}").ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void No_wrong_pair_of_the_table_becomes_right_by_switching_options() =>
        Assert.All(Pairs().Where(p => !p.Correct && p.Completion.Contains("\\boxed", StringComparison.Ordinal)), p =>
            Assert.False(MathVerifier.Verify(p.Gold, p.Completion, VerifierOptions.BoxedOnly with { InequalityForInterval = false, Percent = PercentHandling.Hundredth }).IsCorrect, $"{p.Gold} ⇐ {p.Completion}"));

    private static IEnumerable<(bool Correct, string Gold, string Completion)> Pairs()
    {
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Cases", "pairs.txt")))
        {
            if (line is not ['+' or '-', ' ', ..]) continue;
            var at = line.IndexOf('⇐', StringComparison.Ordinal);
            yield return (line[0] == '+', line[2..at].Trim(), line[(at + 1)..].Trim().Replace('⏎', '\n'));
        }
    }
}
