using System.Runtime.InteropServices;

namespace Ghpo.Cli;

/// <summary>Ctrl-C and the polite kill: the first asks to stop after the step that is under way, the second stops at once.</summary>
internal sealed class Interrupts : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly Action<string> _say;
    private readonly Action _exit;
    private int _count;

    /// <summary>Begins to listen.</summary>
    /// <param name="say">Tells the user what happens.</param>
    /// <param name="exit">Ends the process at once.</param>
    public Interrupts(Action<string> say, Action exit)
    {
        (_say, _exit) = (say, exit);
        foreach (var signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM })
            _registrations.Add(PosixSignalRegistration.Create(signal, context => context.Cancel = OnSignal()));
    }

    /// <summary>Asks the run to stop after its step.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>One signal; true: the process lives on.</summary>
    internal bool OnSignal()
    {
        if (Interlocked.Increment(ref _count) == 1)
        {
            _say("Stopping after this step, then saving. Ctrl-C again stops at once, and what this step learned is lost.");
            _stop.Cancel();
        }
        else
        {
            _exit();
        }

        return true;
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _stop.Dispose();
    }
}
