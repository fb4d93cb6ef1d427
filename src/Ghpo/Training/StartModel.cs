using Ghpo.Metrics;
using Ghpo.Models.Checkpoints;
using Ghpo.Models.Transformer;

namespace Ghpo.Training;

/// <summary>The model that a run begins with: what its warm-up made, the recipe's checkpoint, or a small one made from scratch.</summary>
internal static class StartModel
{
    /// <summary>Loads or makes it.</summary>
    /// <param name="recipe">Says which.</param>
    /// <param name="watcher">Hears of downloads.</param>
    /// <param name="stop">Stops a download.</param>
    /// <param name="check">Sees a checkpoint's sizes before its weights are read, and may refuse them.</param>
    /// <exception cref="InvalidDataException">The problems need a pretrained model and the recipe names none.</exception>
    public static async Task<Policy> LoadAsync(Recipe recipe, IReporter watcher, CancellationToken stop, Action<ModelConfig>? check = null)
    {
        var cache = new WarmUpCache(recipe);
        if (cache.IsThere)
            return Load(cache.Folder!, recipe);
        if (recipe.Model.Path is { } model)
        {
            var folder = await ModelHub.ResolveAsync(model, progress: new DownloadMessages(watcher), cancellation: stop).ConfigureAwait(false);
            if (Directory.Exists(folder))
                check?.Invoke(Checkpoint.Inspect(folder).Config);
            return Policy.Load(folder, recipe.Model.Dtype);
        }

        var phases = recipe.AllPhases();
        if (phases.FirstOrDefault(phase => phase.Problems.Path is not null) is { } phase)
            throw new InvalidDataException($"model.path: problems from a file ({phase.Problems.Path}) need a pretrained model; give a checkpoint folder with --model DIR");
        var context = phases.Max(p => p.Rollouts.MaxCompletionLength) * 4;
        var longest = phases.SelectMany(p => p.Problems.Levels ?? [8]).Concat(recipe.Evaluation.Tasks.SelectMany(t => t.Problems.Levels ?? [8])).Max();
        return Policy.Create(recipe.Model.Small, recipe.Problems.Map.Draw((ulong)recipe.Seed), longest, context, (ulong)recipe.Seed);
    }

    /// <summary>Loads a checkpoint that a run of this recipe wrote. A small model is trained and kept in single precision.</summary>
    public static Policy Load(string checkpoint, Recipe recipe) => Policy.Load(checkpoint, recipe.Model.Path is null ? "float32" : recipe.Model.Dtype);
}
