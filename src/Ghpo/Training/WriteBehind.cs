using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace Ghpo.Training;

/// <summary>
/// Writes to a run's files, in order, on a thread of its own: a step does not wait for the disk unless that is many steps behind. What fails there is thrown at the next call here.
/// </summary>
internal sealed class WriteBehind : IDisposable
{
    private const int MostWaiting = 64;

    private readonly Channel<Action> _waiting = Channel.CreateBounded<Action>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly Task _writing;
    private volatile ExceptionDispatchInfo? _failure;

    public WriteBehind() => _writing = Task.Factory.StartNew(Write, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Writes soon.</summary>
    /// <exception cref="IOException">An earlier write failed.</exception>
    public void Post(Action write)
    {
        _failure?.Throw();
        Enqueue(() =>
        {
            if (_failure is null)
                write();
        });
    }

    /// <summary>Waits until all that was posted is written.</summary>
    /// <exception cref="IOException">A write failed.</exception>
    public void Drain()
    {
        using var done = new ManualResetEventSlim();
        Enqueue(done.Set);
        done.Wait();
        _failure?.Throw();
    }

    /// <summary>Writes what is left; that it failed is not told here.</summary>
    public void Dispose()
    {
        _waiting.Writer.TryComplete();
        _writing.Wait();
    }

    private void Enqueue(Action action)
    {
        if (!_waiting.Writer.TryWrite(action))
            _waiting.Writer.WriteAsync(action).AsTask().GetAwaiter().GetResult();
    }

    private void Write()
    {
        while (_waiting.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (_waiting.Reader.TryRead(out var action))
            {
                try
                {
                    action();
                }
                catch (Exception e)
                {
                    _failure = ExceptionDispatchInfo.Capture(e);
                }
            }
        }
    }
}
