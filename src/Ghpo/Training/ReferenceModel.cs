using Ghpo.Models.Checkpoints;
using Ghpo.Models.Transformer;

namespace Ghpo.Training;

/// <summary>The model that reinforcement learning began with, for the KL term. It is written into the run's folder when it is first asked for, so that a resumed run has the same one, and held only where β &gt; 0.</summary>
internal sealed class ReferenceModel(RunFolder folder, Policy policy) : IDisposable
{
    private CausalLM? _model;

    public CausalLM Load()
    {
        if (_model is not null)
            return _model;
        if (!Directory.Exists(folder.Reference))
            policy.Save(folder.Reference);
        return _model = Checkpoint.Load(folder.Reference, new CheckpointOptions { Trainable = false, ComputeType = policy.Model.ComputeType });
    }

    public void Dispose() => _model?.Dispose();
}
