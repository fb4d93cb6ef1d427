using System.Text.Json.Nodes;
using Ghpo.Guidance;
using Ghpo.Optimization;

namespace Ghpo.Training;

/// <summary>What a source hands to one step of training.</summary>
/// <param name="Experience">What to train on.</param>
/// <param name="Groups">All that was sampled for it; empty for demonstrations.</param>
/// <param name="DroppedPrompts">Problems whose plain prompt was too long.</param>
/// <param name="Epoch">Passes over the problem set so far.</param>
internal sealed record Harvest(IReadOnlyList<Experience> Experience, IReadOnlyList<RefinedGroup> Groups, int DroppedPrompts, double Epoch);

/// <summary>Where a phase's experience comes from: demonstrations, or rollouts (plain, guided, refilling).</summary>
internal interface IExperienceSource
{
    /// <summary>Gathers the experience of one step, counted from 0 within the phase.</summary>
    Task<Harvest> CollectAsync(int step, CancellationToken cancellation);

    /// <summary>All that a later process needs to go on with the very next step.</summary>
    JsonObject Save();

    /// <summary>Goes on from what <see cref="Save"/> gave.</summary>
    void Restore(JsonObject state);
}
