namespace Ghpo.Cli.Tests;

public class InterruptsTests
{
    [Fact]
    public void The_first_signal_asks_and_the_second_ends()
    {
        var (said, exits) = (new List<string>(), 0);
        using var interrupts = new Interrupts(said.Add, () => exits++);

        Assert.False(interrupts.Stop.IsCancellationRequested);
        Assert.True(interrupts.OnSignal());
        Assert.True(interrupts.Stop.IsCancellationRequested);
        Assert.Contains("Stopping after this step", Assert.Single(said), StringComparison.Ordinal);
        Assert.Equal(0, exits);
        interrupts.OnSignal();
        Assert.Equal(1, exits);
    }
}
