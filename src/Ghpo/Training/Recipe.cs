using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Ghpo.Evaluation;
using Ghpo.Guidance;
using Ghpo.Optimization;
using Ghpo.Problems;
using Ghpo.Rewards;
using Ghpo.Rollouts;
using Ghpo.Training.Recipes;

namespace Ghpo.Training;

/// <summary>The sections that a phase may restate; what it leaves out it takes from the recipe's top level.</summary>
public abstract record PhaseSections
{
    /// <summary>What is trained on.</summary>
    [Description("what is trained on")]
    public ProblemOptions Problems { get; init; } = new();

    /// <summary>How a problem becomes a prompt.</summary>
    [Description("how a problem becomes a prompt")]
    public PromptOptions Prompt { get; init; } = new();

    /// <summary>How completions are sampled.</summary>
    [Description("how completions are sampled")]
    public RolloutOptions Rollouts { get; init; } = new();

    /// <summary>What a completion earns.</summary>
    [Description("what a completion earns")]
    public RewardOptions Rewards { get; init; } = new();

    /// <summary>Adaptive guidance.</summary>
    [Description("difficulty detection and adaptive prompt refinement; without hint_ratios: plain GRPO")]
    public GuidanceOptions Guidance { get; init; } = new();

    /// <summary>The optimiser and the objective.</summary>
    [Description("the optimiser, its schedule and the objective")]
    public OptimizationOptions Optimization { get; init; } = new();

    /// <summary>Supervised learning.</summary>
    [Description("supervised learning from worked solutions (phases with source: demonstrations)")]
    public DemonstrationOptions Demonstrations { get; init; } = new();

    /// <summary>Length and checkpoints.</summary>
    [Description("how long, and how often a checkpoint is written")]
    public TrainingOptions Training { get; init; } = new();
}

/// <summary>Where a phase's experience comes from.</summary>
public enum ExperienceKind
{
    /// <summary>Sampled from the policy and scored: reinforcement learning.</summary>
    Rollouts,

    /// <summary>Worked solutions: supervised learning.</summary>
    Demonstrations,
}

/// <summary>A part of a run: a source of experience, an objective and a budget.</summary>
public sealed record Phase : PhaseSections
{
    /// <summary>What it is called in reports.</summary>
    [Description("what the phase is called in reports")]
    public string Name { get; init; } = "training";

    /// <summary>Where its experience comes from.</summary>
    [Description("where its experience comes from: rollouts (reinforcement learning) or demonstrations (supervised)")]
    public ExperienceKind Source { get; init; }

    /// <summary>Ends the phase early.</summary>
    [Description("ends the phase before max_steps, once a task is solved")]
    public StopCondition? Until { get; init; }
}

/// <summary>Ends a phase once a task is solved.</summary>
public sealed record StopCondition
{
    /// <summary>One of the evaluation's tasks.</summary>
    [Description("name of one of evaluation.tasks")]
    public required string Task { get; init; }

    /// <summary>The greedy accuracy that is enough.</summary>
    [Description("greedy accuracy that is enough"), Range(0, 1)]
    public double Accuracy { get; init; } = 0.97;

    /// <summary>Steps between looks.</summary>
    [Description("steps between two looks"), Range(1, 1_000_000)]
    public int Every { get; init; } = 25;
}

/// <summary>How long to train, and what to keep.</summary>
public sealed record TrainingOptions
{
    /// <summary>Steps; null: as many as the epochs need.</summary>
    [Description("steps to train (default: num_train_epochs passes over the problems)"), Range(1, int.MaxValue)]
    public int? MaxSteps { get; init; }

    /// <summary>Passes over the problems, where <see cref="MaxSteps"/> is not given.</summary>
    [Description("passes over the problems, where max_steps is absent"), Range(1e-6, 1e6)]
    public double NumTrainEpochs { get; init; } = 1;

    /// <summary>Steps between checkpoints; 0: none but the last.</summary>
    [Description("steps between checkpoints (0: only at the end and on Ctrl-C)"), Range(0, int.MaxValue)]
    public int SaveSteps { get; init; } = 50;

    /// <summary>Checkpoints kept; older ones are deleted.</summary>
    [Description("checkpoints kept; older ones are deleted"), Range(1, 1_000_000)]
    public int SaveTotalLimit { get; init; } = 2;

    /// <summary>Draw on until the batch is full of groups that teach, at most so many extra rounds (DAPO's dynamic sampling).</summary>
    [Description("dynamic sampling (DAPO): leave out groups without an advantage and draw on until the batch is full, at most so many more rounds (0: off)"), Range(0, 1000)]
    public int RefillRounds { get; init; }

    /// <summary>The steps of a phase over a set of so many problems.</summary>
    internal int StepsFor(int problems, int problemsPerStep) => MaxSteps ?? Math.Max(1, (int)Math.Ceiling(NumTrainEpochs * problems / problemsPerStep));
}

/// <summary>The model that is trained.</summary>
public sealed record ModelOptions
{
    /// <summary>A checkpoint folder or a name on the hub; null: a small model is made.</summary>
    [Description("checkpoint folder in Hugging Face format, or org/name on the hub (absent: a small model is made from scratch)")]
    public string? Path { get; init; }

    /// <summary>The type that matrices are multiplied in.</summary>
    [Description("arithmetic: auto (by what this CPU does fast), float32, bfloat16; trained weights are float32 either way"), AllowedValues("auto", "float32", "bfloat16")]
    public string Dtype { get; init; } = "auto";

    /// <summary>Train a low-rank adapter in place of the weights; null: the weights.</summary>
    [Description("train a low-rank adapter (LoRA) and leave the weights as they are; checkpoints and the result are adapters in peft's format (absent: all weights are trained); needs model.path")]
    public LoraOptions? Lora { get; init; }

    /// <summary>Processor threads.</summary>
    [Description("processor threads (default: all cores)"), Range(1, 4096)]
    public int? Threads { get; init; }

    /// <summary>The small model's shape.</summary>
    [Description("shape of the small model that is made where path is absent")]
    public SmallModelOptions Small { get; init; } = new();
}

/// <summary>A small transformer made from scratch, its vocabulary the words of the generated problems.</summary>
public sealed record SmallModelOptions
{
    /// <summary>Width of the residual stream.</summary>
    [Description("width of the residual stream"), Range(8, 4096)]
    public int HiddenSize { get; init; } = 64;

    /// <summary>Decoder layers.</summary>
    [Description("decoder layers"), Range(1, 64)]
    public int NumHiddenLayers { get; init; } = 2;

    /// <summary>Attention heads.</summary>
    [Description("attention heads"), Range(1, 64)]
    public int NumAttentionHeads { get; init; } = 4;

    /// <summary>Width of the gated MLP.</summary>
    [Description("width of the gated MLP"), Range(8, 16384)]
    public int IntermediateSize { get; init; } = 192;
}

/// <summary>A run, whole: a list of phases over one model, and how it is evaluated. The same file trains a toy and a real checkpoint.</summary>
public sealed record Recipe : PhaseSections
{
    /// <summary>Names the run folder; default: the file's name.</summary>
    [Description("names the run folder (default: the file's name)")]
    public string? Name { get; init; }

    /// <summary>Every random number of the run is a function of it.</summary>
    [Description("every random number of the run is a function of it"), Range(0, int.MaxValue)]
    public int Seed { get; init; }

    /// <summary>The model.</summary>
    [Description("the model that is trained")]
    public ModelOptions Model { get; init; } = new();

    /// <summary>How the model is examined.</summary>
    [Description("how the model is examined, always without hints")]
    public EvaluationOptions Evaluation { get; init; } = new();

    /// <summary>What makes the model to start from; it is kept, so that runs which begin alike share it.</summary>
    [Description("phases that make the model to start from; the result is kept for other runs with the same model, seed and warm-up"), InheritsSections(Beside = true)]
    public IReadOnlyList<Phase> WarmUp { get; init; } = [];

    /// <summary>The phases, each resolved against the top level; none: the top level is the one phase.</summary>
    [Description("parts of the run, one after the other; each takes the sections it leaves out from the top level (absent: one phase, as the top level says)"), InheritsSections]
    public IReadOnlyList<Phase> Phases { get; init; } = [];

    /// <summary>All phases in order: the warm-up, then the list, or the top level as the only one.</summary>
    internal IReadOnlyList<Phase> AllPhases() => [.. WarmUp, .. Phases.Count > 0 ? Phases : [TopLevel()]];

    private Phase TopLevel() => new()
    {
        Name = "reinforcement learning",
        Problems = Problems,
        Prompt = Prompt,
        Rollouts = Rollouts,
        Rewards = Rewards,
        Guidance = Guidance,
        Optimization = Optimization,
        Demonstrations = Demonstrations,
        Training = Training,
    };
}
