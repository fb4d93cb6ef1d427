using Ghpo.Training;

namespace Ghpo.Tests.Training;

public class WriteBehindTests
{
    [Fact]
    public void Writes_in_order_and_a_drain_waits_for_all()
    {
        using var files = new WriteBehind();
        var written = new List<int>();
        for (var i = 0; i < 500; i++)
        {
            var number = i;
            files.Post(() => written.Add(number));
        }

        files.Drain();
        Assert.Equal(Enumerable.Range(0, 500), written);
    }

    [Fact]
    public void A_post_does_not_wait_for_the_write()
    {
        using var files = new WriteBehind();
        using var mayWrite = new ManualResetEventSlim();
        var isWritten = false;
        files.Post(() =>
        {
            mayWrite.Wait(TestContext.Current.CancellationToken);
            isWritten = true;
        });
        Assert.False(isWritten);
        mayWrite.Set();
        files.Drain();
        Assert.True(isWritten);
    }

    [Fact]
    public void A_failed_write_is_told_at_the_next_call_and_nothing_is_written_after_it()
    {
        using var files = new WriteBehind();
        var after = false;
        using var mayFail = new ManualResetEventSlim();
        files.Post(() =>
        {
            mayFail.Wait(TestContext.Current.CancellationToken);
            throw new IOException("no space left");
        });
        files.Post(() => after = true);
        mayFail.Set();
        Assert.Equal("no space left", Assert.Throws<IOException>(files.Drain).Message);
        Assert.Throws<IOException>(() => files.Post(() => after = true));
        Assert.False(after);
    }

    [Fact]
    public void What_was_posted_is_written_before_the_end()
    {
        var written = 0;
        using (var files = new WriteBehind())
        {
            for (var i = 0; i < 20; i++)
                files.Post(() => written++);
        }

        Assert.Equal(20, written);
    }
}
