using Ghpo.Metrics;
using Ghpo.Models.Adapters;
using Ghpo.Models.Checkpoints;
using Ghpo.Models.Transformer;
using Ghpo.Problems;

namespace Ghpo.Training;

/// <summary>The model that a run begins with: what its warm-up made, the recipe's checkpoint, or a small one made from scratch.</summary>
internal static class StartModel
{
    /// <summary>Loads or makes it, or what a run of this recipe wrote as a checkpoint.</summary>
    /// <param name="recipe">Says which.</param>
    /// <param name="watcher">Hears of downloads.</param>
    /// <param name="stop">Stops a download.</param>
    /// <param name="checkpoint">The checkpoint to go on from; null: the start.</param>
    /// <param name="check">Sees a pretrained model's sizes before its weights are read, and may refuse them.</param>
    /// <exception cref="InvalidDataException">The problems need a pretrained model and the recipe names none.</exception>
    public static async Task<Policy> LoadAsync(Recipe recipe, IReporter watcher, CancellationToken stop, string? checkpoint = null, Action<ModelConfig>? check = null)
    {
        var cache = new WarmUpCache(recipe);
        var begun = checkpoint ?? (cache.IsThere ? cache.Folder : null);
        if (recipe.Model.Lora is { } lora)
            return await LoadAdaptedAsync(recipe, lora, begun, watcher, check, stop).ConfigureAwait(false);
        if (begun is not null)
            return Policy.Load(begun, recipe.Model.Path is null ? "float32" : recipe.Model.Dtype); // a small model is trained and kept in single precision
        if (recipe.Model.Path is { } model)
            return Policy.Load(await ResolveAsync(model, watcher, check, stop).ConfigureAwait(false), recipe.Model.Dtype);
        var phases = recipe.AllPhases();
        if (phases.FirstOrDefault(phase => phase.Problems.Path is not null) is { } phase)
            throw new InvalidDataException($"model.path: problems from a file ({phase.Problems.Path}) need a pretrained model; give a checkpoint folder with --model DIR");
        var context = phases.Max(p => p.Rollouts.MaxCompletionLength) * 4;
        var longest = phases.SelectMany(p => p.Problems.Levels ?? [8]).Concat(recipe.Evaluation.Tasks.SelectMany(t => t.Problems.Levels ?? [8])).Max();
        return Policy.Create(recipe.Model.Small, recipe.Problems.Map.Draw((ulong)recipe.Seed), longest, context, (ulong)recipe.Seed);
    }

    /// <summary>The recipe's checkpoint, frozen, with an adapter on it: one that was begun, or a new one.</summary>
    private static async Task<Policy> LoadAdaptedAsync(Recipe recipe, LoraOptions lora, string? begun, IReporter watcher, Action<ModelConfig>? check, CancellationToken stop)
    {
        var name = recipe.Model.Path ?? throw new InvalidDataException("model.lora: an adapter belongs to a pretrained model; give a checkpoint folder or hub name with --model, or remove model.lora");
        return Policy.Load(await ResolveAsync(name, watcher, check, stop).ConfigureAwait(false), recipe.Model.Dtype, name, model =>
        {
            if (begun is not null)
                return LoraAdapter.Load(model, begun);
            try
            {
                return LoraAdapter.Attach(model, lora.ToConfig(), KeyedRandom.KeyOf((ulong)recipe.Seed, "lora"));
            }
            catch (ArgumentException e)
            {
                throw new InvalidDataException($"model.lora: {e.Message}", e);
            }
        });
    }

    private static async Task<string> ResolveAsync(string model, IReporter watcher, Action<ModelConfig>? check, CancellationToken stop)
    {
        var folder = await ModelHub.ResolveAsync(model, progress: new DownloadMessages(watcher.OnMessage), cancellation: stop).ConfigureAwait(false);
        if (check is not null && Directory.Exists(folder))
            check(Checkpoint.Inspect(folder).Config);
        return folder;
    }
}
