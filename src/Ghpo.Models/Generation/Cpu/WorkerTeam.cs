namespace Ghpo.Models.Generation.Cpu;

/// <summary>
/// A few threads that run one step together, the caller among them, and meet at barriers. Waiting spins for a moment, since the next piece of work is
/// microseconds away, then yields the core, then sleeps: a busy machine loses little, an idle generator nothing.
/// </summary>
internal sealed class WorkerTeam : IDisposable
{
    private readonly Thread[] _threads;
    private readonly Action<int> _work;
    private readonly Claim[] _claims;
    private readonly object _parking = new();
    private volatile int _run;
    private volatile bool _stopping;
    private int _arrived;
    private volatile int _phase;
    private int _done;
    private Exception? _failure;

    /// <summary>Starts the threads; <paramref name="work"/> gets the number of its worker, from 0.</summary>
    public WorkerTeam(int workers, int claims, Action<int> work)
    {
        (Count, _work, _claims) = (workers, work, new Claim[claims]);
        _threads = new Thread[workers - 1];
        for (var i = 0; i < _threads.Length; i++)
        {
            var worker = i + 1;
            _threads[i] = new Thread(() => Loop(worker)) { IsBackground = true, Name = $"ghpo decode {worker}" };
            _threads[i].Start();
        }
    }

    /// <summary>Workers, the caller included.</summary>
    public int Count { get; }

    /// <summary>Runs the work once on every worker.</summary>
    public void Run()
    {
        Array.Clear(_claims);
        _failure = null;
        _arrived = 0;
        Volatile.Write(ref _done, 0);
        Interlocked.Increment(ref _run);
        WakeParked();

        Guarded(0);
        for (var spins = 0; Volatile.Read(ref _done) < _threads.Length; spins++) Pause(spins);
        if (_failure is { } failure) throw new InvalidOperationException("decoding failed: " + failure.Message, failure);
    }

    /// <summary>Waits until all workers are here.</summary>
    public void Meet()
    {
        if (Count == 1) return;
        var phase = _phase;
        if (Interlocked.Increment(ref _arrived) == Count)
        {
            _arrived = 0;
            _phase = phase + 1;
            return;
        }

        for (var spins = 0; _phase == phase; spins++) Pause(spins);
    }

    /// <summary>The next piece of a stage that nobody has taken, from 0. Each stage of a run has a number of its own.</summary>
    public int Take(int stage) => Interlocked.Increment(ref _claims[stage].Next) - 1;

    private void Loop(int worker)
    {
        var seen = 0;
        while (true)
        {
            for (var spins = 0; _run == seen && !_stopping; spins++)
            {
                if (spins < 2_000) Pause(spins);
                else Park(seen);
            }

            if (_stopping) return;
            seen = _run;
            Guarded(worker);
            Interlocked.Increment(ref _done);
        }
    }

    // Monitor, not a semaphore: a count of permits could be taken by a worker that parks again, before the one it was meant for has gone to sleep.
    private void Park(int seen)
    {
        lock (_parking)
        {
            while (_run == seen && !_stopping) Monitor.Wait(_parking);
        }
    }

    private void WakeParked()
    {
        lock (_parking) Monitor.PulseAll(_parking);
    }

    private void Guarded(int worker)
    {
        try
        {
            _work(worker);
        }
        catch (Exception failure)
        {
            // The others may wait for this worker at a barrier: arithmetic cannot throw, so this is a defect, and the process must say so.
            Interlocked.CompareExchange(ref _failure, failure, null);
            if (Count > 1) Environment.FailFast("a decoding worker failed", failure);
        }
    }

    private static void Pause(int spins)
    {
        if (spins < 400) Thread.SpinWait(4);
        else Thread.Yield();
    }

    public void Dispose()
    {
        _stopping = true;
        WakeParked();
        foreach (var thread in _threads) thread.Join();
    }

    /// <summary>A counter with a cache line of its own.</summary>
    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Explicit, Size = 64)]
    private struct Claim
    {
        [System.Runtime.InteropServices.FieldOffset(0)]
        public int Next;
    }
}
