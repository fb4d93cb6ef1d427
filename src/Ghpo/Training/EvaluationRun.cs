using Ghpo.Evaluation;
using Ghpo.Metrics;
using Ghpo.Models.Adapters;
using Ghpo.Models.Generation;
using Ghpo.Problems;
using Ghpo.Rewards;
using Ghpo.Rollouts;
using Ghpo.Training.Recipes;
using TorchSharp;

namespace Ghpo.Training;

/// <summary>Examines a trained model on the tasks of a recipe, just as a training run does before and after.</summary>
public static class EvaluationRun
{
    private static readonly string[] ModelEndings = [".json", ".safetensors", ".jinja", ".txt", ".model"];

    /// <summary>Loads a model and examines it.</summary>
    /// <param name="recipe">The tasks, the prompts and the sampling.</param>
    /// <param name="model">A checkpoint folder.</param>
    /// <param name="adapter">The folder of an adapter on it, in peft's format; null: none.</param>
    /// <param name="command">How to repeat it, for its report.</param>
    /// <param name="stop">Stops it at once.</param>
    /// <exception cref="InvalidDataException">The recipe has no task, or the model or the problems cannot be used.</exception>
    public static async Task<EvaluationReport> ExecuteAsync(Recipe recipe, string model, string? adapter = null, string command = "", CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        Models.Native.LibTorch.EnsureLoaded();
        if (recipe.Model.Threads is { } threads)
            torch.set_num_threads(threads);
        var benchmarks = Benchmark.Load(recipe.Evaluation, (ulong)recipe.Seed);
        if (benchmarks.Count == 0)
            throw new InvalidDataException("evaluation.tasks: the recipe has no task to examine the model on; add one with a name and problems");
        using var policy = Policy.Load(model, recipe.Model.Dtype, adapt: adapter is null ? null : weights => LoraAdapter.Load(weights, adapter, trainable: false));
        var report = await Examiner(recipe, policy, benchmarks).EvaluateAsync(0, recipe.Evaluation.Greedy, stop).ConfigureAwait(false);
        return report with { Setting = Setting(recipe, policy, benchmarks, model, adapter, command) };
    }

    /// <summary>The evaluator of a recipe: its streams are keyed by the recipe's seed, so that two evaluations differ by the model alone.</summary>
    internal static Evaluator Examiner(Recipe recipe, Policy policy, IReadOnlyList<Benchmark> benchmarks)
    {
        var options = recipe.Evaluation;
        var longest = Longest(recipe);
        var seed = KeyedRandom.KeyOf((ulong)recipe.Seed, "evaluation");
        var sampling = new SamplingOptions { Temperature = options.EvalTemperature, TopP = options.EvalTopP, MaxNewTokens = longest };
        return new Evaluator(benchmarks, Formatter(recipe.Prompt), policy.Engine(sampling, seed), policy.Engine(sampling with { Temperature = 0, TopP = 1 }, seed), AnswerExtraction.Any.Verifier(recipe.Rewards.AcceptRounded), PartsOf);

        IPromptFormatter Formatter(PromptOptions prompt) => policy.Formatter(prompt, recipe.Rollouts, longest);

        TaskParts PartsOf(Benchmark benchmark) => new(Formatter(PromptOf(recipe, benchmark)), ExtractionOf(benchmark).Verifier(AcceptsRounded(recipe, benchmark)));
    }

    private static int Longest(Recipe recipe) => recipe.Evaluation.EvalMaxCompletionLength ?? recipe.Rollouts.MaxCompletionLength;

    private static PromptOptions PromptOf(Recipe recipe, Benchmark benchmark) => benchmark.Options?.UserPrompt is { } user ? recipe.Prompt with { UserPrompt = user } : recipe.Prompt;

    private static AnswerExtraction ExtractionOf(Benchmark benchmark) => benchmark.Options?.Extraction ?? AnswerExtraction.Any;

    private static bool AcceptsRounded(Recipe recipe, Benchmark benchmark) => benchmark.Options?.AcceptRounded ?? recipe.Rewards.AcceptRounded;

    private static EvaluationSetting Setting(Recipe recipe, Policy policy, IReadOnlyList<Benchmark> benchmarks, string model, string? adapter, string command) => new()
    {
        Command = command,
        Model = adapter is null ? model : $"{model} with the adapter {adapter}",
        ModelFiles = [.. Directory.EnumerateFiles(model).Concat(adapter is null ? [] : Directory.EnumerateFiles(adapter)).Where(file => ModelEndings.Contains(Path.GetExtension(file))).Order(StringComparer.Ordinal).Select(FileIdentity.Of)],
        ComputeType = policy.Model.ComputeType.ToString().ToLowerInvariant(),
        Recipe = RecipePrinter.Print(recipe),
        Seed = recipe.Seed,
        Temperature = recipe.Evaluation.EvalTemperature,
        TopP = recipe.Evaluation.EvalTopP,
        MaxCompletionLength = Longest(recipe),
        Greedy = recipe.Evaluation.Greedy,
        Tasks = [.. benchmarks.Select(b => TaskSetting(recipe, b))],
        Notes = [.. Benchmark.LeftOut(recipe.Evaluation).Select(l => $"{l.Task}: left out, there is no file {l.File}")],
        Environment = EnvironmentInfo.Collect(threads: new Dictionary<string, int> { ["libtorch"] = torch.get_num_threads() }),
    };

    private static TaskSetting TaskSetting(Recipe recipe, Benchmark benchmark)
    {
        var prompt = PromptOf(recipe, benchmark);
        var file = benchmark.Options?.Problems.Path is { } path && File.Exists(path) ? FileIdentity.Of(path) : null;
        return new TaskSetting(benchmark.Name, benchmark.Problems.Name, file, benchmark.Problems.Problems.Count, benchmark.Samples, prompt.SystemPrompt, prompt.UserPrompt, ExtractionOf(benchmark).ToString().ToLowerInvariant(), AcceptsRounded(recipe, benchmark));
    }
}
