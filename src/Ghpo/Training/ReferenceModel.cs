using Ghpo.Models.Checkpoints;
using Ghpo.Models.Transformer;

namespace Ghpo.Training;

/// <summary>
/// The model that the KL term is measured from, held only where β &gt; 0. With an adapter it is the base: the policy itself with its adapter off. Without one it is the model that reinforcement
/// learning began with, written into the run's folder when it is first asked for, so that a resumed run has the same one.
/// </summary>
internal sealed class ReferenceModel(RunFolder folder, Policy policy) : IDisposable
{
    private CausalLM? _model;

    /// <summary>Log-probabilities of a batch's completion tokens under it.</summary>
    public TokenScores Score(PackedBatch batch, double temperature)
    {
        if (policy.Adapter is not { } adapter || adapter.Config.ModulesToSave.Count > 0)
            return Load().Score(batch, temperature); // modules that are trained whole have changed in place: the base is loaded beside them
        using (adapter.Disable())
            return policy.Model.Score(batch, temperature);
    }

    private CausalLM Load()
    {
        if (_model is not null)
            return _model;
        var source = policy.Adapter is null ? folder.Reference : policy.Folder!;
        if (!Directory.Exists(source))
            policy.Save(source);
        return _model = Checkpoint.Load(source, new CheckpointOptions { Trainable = false, ComputeType = policy.Model.ComputeType });
    }

    public void Dispose() => _model?.Dispose();
}
