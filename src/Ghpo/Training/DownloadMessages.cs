using System.Collections.Concurrent;
using Ghpo.Models.Checkpoints;

namespace Ghpo.Training;

/// <summary>A model's download in words: the hub's notes, and each file at every tenth of its size.</summary>
/// <param name="tell">Gets one message at a time.</param>
public sealed class DownloadMessages(Action<string> tell) : IProgress<HubProgress>
{
    private readonly ConcurrentDictionary<string, long> _tenths = new();
    private readonly Lock _lock = new();

    /// <inheritdoc/>
    public void Report(HubProgress value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Note is { } note)
            Say(note);
        if (value.Size is not (> 1 << 20 and var size))
            return; // small files come at once
        var tenth = 10 * value.Received / size;
        if (tenth > _tenths.GetValueOrDefault(value.File, -1))
        {
            _tenths[value.File] = tenth;
            Say($"downloading {value.File}: {10 * tenth} % of {size / 1e6:N0} MB");
        }
    }

    private void Say(string message)
    {
        lock (_lock)
            tell(message);
    }
}
