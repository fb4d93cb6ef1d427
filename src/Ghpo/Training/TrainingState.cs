using System.Text.Json;
using System.Text.Json.Nodes;
using Ghpo.Metrics;
using Ghpo.Models.Checkpoints;
using Ghpo.Optimization;

namespace Ghpo.Training;

/// <summary>All of a run's state that is no tensor. With the weights and the optimiser's moments it is everything: every random number is a function of the seed and of counts that stand here.</summary>
internal sealed record TrainingState
{
    /// <summary>The phase that is under way, from 0.</summary>
    public int PhaseIndex { get; set; }

    /// <summary>Steps made in it.</summary>
    public int PhaseStep { get; set; }

    /// <summary>Steps made in phases of rollouts.</summary>
    public int RolloutSteps { get; set; }

    /// <summary>Steps made in phases of demonstrations.</summary>
    public int DemonstrationSteps { get; set; }

    /// <summary>The weights' version: updates made in this phase.</summary>
    public long Version { get; set; }

    /// <summary>The memory, in bytes, that micro-batches were chosen for when the run began; 0: none was planned.</summary>
    public long PlannedMemory { get; set; }

    /// <summary>Updates of the phase's optimiser.</summary>
    public long OptimizerSteps { get; set; }

    /// <summary>Tokens sampled for training, all of them.</summary>
    public long SampledTokens { get; set; }

    /// <summary>Tokens of prompts and completions of round 0.</summary>
    public long RoundZeroTokens { get; set; }

    /// <summary>Seconds behind a resumed run.</summary>
    public double Seconds { get; set; }

    /// <summary>Length of metrics.jsonl at the checkpoint; what was written after it is dropped on resume.</summary>
    public long MetricsBytes { get; set; }

    /// <summary>Length of completions.jsonl at the checkpoint.</summary>
    public long CompletionsBytes { get; set; }

    /// <summary>The evaluation before the first phase of rollouts.</summary>
    public EvaluationReport? Before { get; set; }

    /// <summary>The state of the phase's source of experience.</summary>
    public JsonObject? Source { get; set; }
}

/// <summary>Checkpoints of a run: a folder each, with the model in Hugging Face format, the optimiser's moments and the state. A folder has its final name only once all of it is on the disk.</summary>
internal sealed class CheckpointStore(string folder, int keep)
{
    private const string Prefix = "step-";
    private const string StateFile = "training_state.json";
    private const string OptimizerFile = "optimizer.safetensors";
    private const string MasterFile = "master.safetensors";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>The newest whole checkpoint; null when there is none.</summary>
    public string? Newest => All().LastOrDefault();

    public void Save(Policy policy, AdamW optimizer, TrainingState state)
    {
        state.OptimizerSteps = optimizer.StepCount;
        var name = $"{Prefix}{state.DemonstrationSteps + state.RolloutSteps:D6}";
        var (final, partial) = (Path.Combine(folder, name), Path.Combine(folder, name + ".partial"));
        var json = JsonSerializer.Serialize(state, Json);
        if (Directory.Exists(final))
        {
            AtomicFile.WriteAllText(Path.Combine(final, StateFile), json); // the very state that is there, but that the logs may have grown
            return;
        }

        DeleteIfThere(partial);
        Directory.CreateDirectory(partial);
        try
        {
            policy.Save(partial);
            TensorFile.Write(Path.Combine(partial, OptimizerFile), optimizer.StateTensors());
            TensorFile.Write(Path.Combine(partial, MasterFile), policy.Model.Parameters.Trainable.Where(p => policy.Model.Parameters.SavedType(p.Key) != p.Value.dtype));
            AtomicFile.WriteAllText(Path.Combine(partial, StateFile), json);
            Directory.Move(partial, final);
        }
        catch
        {
            DeleteIfThere(partial); // a full disk: give back what was taken, the last checkpoint is intact
            throw;
        }

        foreach (var old in All().SkipLast(keep))
            Directory.Delete(old, recursive: true);
    }

    /// <summary>Reads the state of a checkpoint.</summary>
    public static TrainingState ReadState(string checkpoint)
    {
        var path = Path.Combine(checkpoint, StateFile);
        try
        {
            return JsonSerializer.Deserialize<TrainingState>(File.ReadAllText(path), Json) ?? throw new InvalidDataException($"{path}: empty");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}; delete {checkpoint} to go on from the checkpoint before it", e);
        }
    }

    /// <summary>Puts a checkpoint's exact weights and moments back.</summary>
    public static void RestoreTensors(string checkpoint, Policy policy, AdamW optimizer, TrainingState state)
    {
        using (var master = TensorFile.Read(Path.Combine(checkpoint, MasterFile)))
        {
            using var noGradient = TorchSharp.torch.no_grad();
            foreach (var (name, tensor) in master.Tensors)
                policy.Model.Parameters[name].copy_(tensor);
        }

        using var moments = TensorFile.Read(Path.Combine(checkpoint, OptimizerFile));
        optimizer.Restore(state.OptimizerSteps, moments.Tensors);
    }

    private IEnumerable<string> All() => Directory.Exists(folder)
        ? Directory.EnumerateDirectories(folder, Prefix + "*").Where(d => !d.EndsWith(".partial", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
        : [];

    private static void DeleteIfThere(string path)
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
    }
}
