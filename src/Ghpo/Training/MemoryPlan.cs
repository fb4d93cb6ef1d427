using Ghpo.Models.Transformer;
using Ghpo.Optimization;
using TorchSharp;

namespace Ghpo.Training;

/// <summary>
/// The memory of a phase, planned from the recipe and the model's sizes before any work, and the micro-batch that it leaves room for. Of what weights, gradients, optimizer and cache leave,
/// activations get half at most: the rest is for what is kept of earlier prompts, for evaluations, and for others.
/// </summary>
/// <param name="Memory">By what it is for.</param>
/// <param name="MicroBatchTokens">Tokens of one forward and backward pass.</param>
internal sealed record MemoryPlan(TrainingMemory Memory, int MicroBatchTokens)
{
    /// <summary>The most rows that a generator decodes together.</summary>
    private const int MostRows = 128;

    /// <summary>Counted for a prompt where the recipe does not bound it.</summary>
    private const int UsualPrompt = 512;

    /// <summary>What this process may use: the machine's memory, or its container's.</summary>
    public static long MachineBytes => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>Plans one phase.</summary>
    /// <param name="phase">Lengths, group size, optimizer and a given micro-batch.</param>
    /// <param name="config">The model's sizes.</param>
    /// <param name="model">Arithmetic and adapter.</param>
    /// <param name="bytes">The memory to choose the micro-batch for; a resumed run takes that of its begin, so that it goes on bit for bit.</param>
    public static MemoryPlan Of(Phase phase, ModelConfig config, ModelOptions model, long bytes)
    {
        var (rollouts, o, adapter) = (phase.Rollouts, phase.Optimization, model.Lora?.ToConfig());
        var completion = rollouts.MaxCompletionLength;
        var prompt = (long)(rollouts.MaxPromptLength ?? Math.Clamp(config.ContextLength - completion, 1, UsualPrompt));
        var samples = phase.Source == ExperienceKind.Rollouts;
        var step = samples ? rollouts.PromptsPerStep * (prompt + ((long)rollouts.NumGenerations * completion)) : phase.Demonstrations.BatchSize * (prompt + completion);
        var demand = new TrainingDemand
        {
            Tokens = 1,
            CachedTokens = samples ? (rollouts.PromptsPerStep * prompt) + (Math.Min(MostRows, (long)rollouts.PromptsPerStep * rollouts.NumGenerations) * completion) : 0,
            OptimizerBytes = numbers => AdamW.StateBytes(o.Optimizer, numbers),
            GradientCheckpointing = o.GradientCheckpointing,
            Adapter = adapter,
            Reference = samples && o.Beta > 0 && (adapter is null or { ModulesToSave.Count: > 0 }), // with an adapter the policy itself, the adapter off, is the reference
            BFloat16 = model.Path is not null && Policy.ComputeType(model.Dtype) == torch.ScalarType.BFloat16,
        };
        TrainingMemory With(long tokens)
        {
            var memory = TrainingMemory.Estimate(config, demand with { Tokens = (int)Math.Min(tokens, 1 << 24) });
            return memory with { Cache = Math.Min(memory.Cache, bytes / 4) }; // the generator's own bound
        }

        var nothing = With(1);
        var tokens = o.MicroBatchTokens ?? TrainingMemory.TokensWithin(config, (Usable(bytes) - (nothing.Total - nothing.Activations)) / 2, demand);
        return new(With(Math.Min(step, Math.Max(tokens, prompt + completion))), tokens); // a pass has one sequence at least
    }

    /// <summary>What a run may plan with: a tenth is left to the system.</summary>
    private static long Usable(long bytes) => bytes / 10 * 9;

    /// <summary>Refuses a run that this machine cannot hold.</summary>
    /// <exception cref="InvalidDataException">It needs more memory than there is; the message says what to change.</exception>
    public void Require(Phase phase, ModelConfig config, ModelOptions model, long bytes)
    {
        if (Memory.Total <= Usable(bytes))
            return;
        List<string> ways = [];
        var o = phase.Optimization;
        void Try(string way, Phase changed, ModelOptions? other = null)
        {
            if (Of(changed, config, other ?? model, bytes).Memory is { } less && less.Total < Memory.Total - (Memory.Total / 50))
                ways.Add($"{way} ({TrainingMemory.Text(less.Total)})");
        }

        Try("optimization.optimizer: adamw_8bit", phase with { Optimization = o with { Optimizer = OptimizerKind.AdamW8Bit } });
        Try("optimization.gradient_checkpointing: true", phase with { Optimization = o with { GradientCheckpointing = true } });
        if (model is { Path: not null, Lora: null })
            Try("model.lora: {r: 16}, a low-rank adapter", phase, model with { Lora = new() { R = 16 } });
        if (o.MicroBatchTokens is not null)
            Try("leave optimization.micro_batch_tokens out", phase with { Optimization = o with { MicroBatchTokens = null } });
        Try("half of rollouts.max_completion_length", phase with { Rollouts = phase.Rollouts with { MaxCompletionLength = Math.Max(1, phase.Rollouts.MaxCompletionLength / 2) } });
        if (o.Beta > 0)
            Try("optimization.beta: 0, without a reference model", phase with { Optimization = o with { Beta = 0 } });
        throw new InvalidDataException(
            $"{phase.Name}: training this model so needs about {TrainingMemory.Text(Memory.Total)} ({Memory}); this machine gives {TrainingMemory.Text(Usable(bytes))} of {TrainingMemory.Text(bytes)}. " +
            $"{(ways.Count > 0 ? $"Less takes: {string.Join("; ", ways)}; or a smaller model" : "Take a smaller model")}");
    }

    /// <summary>The plan in a line, with a warning where other programs hold too much of the memory just now.</summary>
    public string Describe()
    {
        var line = $"memory: about {TrainingMemory.Text(Memory.Total)} of {TrainingMemory.Text(MachineBytes)}: {Memory}; micro-batches of {MicroBatchTokens:N0} tokens";
        return ProcessMemory.FreeBytes() is { } free && Memory.Total > free + Environment.WorkingSet
            ? $"{line}. Only {TrainingMemory.Text(free)} are free now: end other programs, or take optimization.optimizer: adamw_8bit"
            : line;
    }
}
