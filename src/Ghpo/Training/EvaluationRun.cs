using Ghpo.Evaluation;
using Ghpo.Metrics;
using Ghpo.Models.Generation;
using Ghpo.Problems;
using Ghpo.Rewards;
using TorchSharp;

namespace Ghpo.Training;

/// <summary>Examines a trained model on the tasks of a recipe, just as a training run does before and after.</summary>
public static class EvaluationRun
{
    /// <summary>Loads a model and examines it.</summary>
    /// <param name="recipe">The tasks, the prompts and the sampling.</param>
    /// <param name="model">A checkpoint folder.</param>
    /// <param name="stop">Stops it at once.</param>
    /// <exception cref="InvalidDataException">The recipe has no task, or the model or the problems cannot be used.</exception>
    public static async Task<EvaluationReport> ExecuteAsync(Recipe recipe, string model, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        Models.Native.LibTorch.EnsureLoaded();
        if (recipe.Model.Threads is { } threads)
            torch.set_num_threads(threads);
        var benchmarks = Benchmark.Load(recipe.Evaluation, (ulong)recipe.Seed);
        if (benchmarks.Count == 0)
            throw new InvalidDataException("evaluation.tasks: the recipe has no task to examine the model on; add one with a name and problems");
        using var policy = Policy.Load(model, recipe.Model.Dtype);
        return await Examiner(recipe, policy, benchmarks).EvaluateAsync(0, recipe.Evaluation.Greedy, stop).ConfigureAwait(false);
    }

    /// <summary>The evaluator of a recipe: its streams are keyed by the recipe's seed, so that two evaluations differ by the model alone.</summary>
    internal static Evaluator Examiner(Recipe recipe, Policy policy, IReadOnlyList<Benchmark> benchmarks)
    {
        var options = recipe.Evaluation;
        var longest = options.EvalMaxCompletionLength ?? recipe.Rollouts.MaxCompletionLength;
        var seed = KeyedRandom.KeyOf((ulong)recipe.Seed, "evaluation");
        var sampling = new SamplingOptions { Temperature = options.EvalTemperature, TopP = options.EvalTopP, MaxNewTokens = longest };
        var prompts = policy.Formatter(recipe.Prompt, recipe.Rollouts, longest);
        var verifier = new MathAnswerVerifier(new Verification.VerifierOptions { AcceptRounded = recipe.Rewards.AcceptRounded });
        return new Evaluator(benchmarks, prompts, policy.Engine(sampling, seed), policy.Engine(sampling with { Temperature = 0, TopP = 1 }, seed), verifier);
    }
}
