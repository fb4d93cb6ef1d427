using Ghpo.Tests.Metrics;
using Spectre.Console;
using Spectre.Console.Testing;

namespace Ghpo.Cli.Tests;

public sealed class ConsoleViewTests : IDisposable
{
    private readonly TestConsole _console = new TestConsole().Width(110);

    public void Dispose() => _console.Dispose();

    private string Picture(Action<ConsoleView> tell)
    {
        var view = new ConsoleView(_console);
        tell(view);
        _console.Write(view.Picture());
        return _console.Output;
    }

    [Fact]
    public void Before_the_first_step_it_says_that_it_loads() => Assert.Contains("loading …", Picture(_ => { }), StringComparison.Ordinal);

    [Fact]
    public void A_supervised_step_shows_progress_and_loss()
    {
        var picture = Picture(view =>
        {
            view.OnStart(SampleRun.Info);
            view.OnStep(SampleRun.WarmUp(2));
        });
        Assert.Contains("step 2 of 4", picture, StringComparison.Ordinal);
        Assert.Contains("loss      1.0000", picture, StringComparison.Ordinal);
        Assert.DoesNotContain("effective", picture, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_shows_reward_hints_groups_speed_and_accuracy()
    {
        var picture = Picture(view =>
        {
            SampleRun.Tell(view, upTo: 20);
            view.OnMessage("something to know [about]");
        });
        Assert.Contains("warm-up → ghpo", picture, StringComparison.Ordinal);
        Assert.Matches(@"█{15}░{15}  step 20 of 40  1:\d\d, about [01]:\d\d left", picture);
        Assert.Contains("0.950 without hints", picture, StringComparison.Ordinal);
        Assert.Contains("none 8  25 % 2  50 % 3  75 % 2", picture, StringComparison.Ordinal);
        Assert.Contains("10 of 16 effective, 90 % of the guided ones rescued", picture, StringComparison.Ordinal);
        Assert.Contains("tokens/s", picture, StringComparison.Ordinal);
        Assert.Matches(@"accuracy  [▁-█]{3}  \d+\.\d % without hints after step 20 \(began at 5\.6 %\)", picture);
        Assert.Contains("something to know [about]", picture, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_is_shown_and_then_summed_up()
    {
        var view = new ConsoleView(_console);
        await view.ShowAsync(() =>
        {
            SampleRun.Tell(view);
            view.OnEnd(SampleRun.Summary);
            return Task.FromResult(SampleRun.Summary);
        });
        Assert.Contains("step 40 of 40", _console.Output, StringComparison.Ordinal);
        Assert.Contains("│ level-8 │", _console.Output, StringComparison.Ordinal);
        Assert.Contains("Accuracy without hints rose from 5.6 % to 93.4 %", _console.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_of_the_run_comes_through()
    {
        var view = new ConsoleView(_console);
        await Assert.ThrowsAsync<InvalidDataException>(() => view.ShowAsync(() => throw new InvalidDataException("broken")));
    }
}
