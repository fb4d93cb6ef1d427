using System.Security.Cryptography;
using System.Text;
using Ghpo.Evaluation;
using Ghpo.Training.Recipes;

namespace Ghpo.Training;

/// <summary>
/// Keeps the model that a recipe's warm-up makes, for other runs with the same model, seed and warm-up. So GRPO and GHPO start from one base model, and a second run starts at once.
/// </summary>
internal sealed class WarmUpCache
{
    /// <summary>Raised when the code changes what a warm-up makes of the same recipe.</summary>
    private const int Generation = 4;

    /// <summary>Finds the place of a recipe's warmed-up model.</summary>
    public WarmUpCache(Recipe recipe)
    {
        if (recipe.WarmUp.Count == 0)
            return;
        var root = Environment.GetEnvironmentVariable("GHPO_CACHE")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "ghpo");
        var key = new StringBuilder($"{Generation} {recipe.Seed} {RecipePrinter.Print(recipe.Model)} {RecipePrinter.Print(WhatMatters(recipe))}");
        foreach (var phase in recipe.WarmUp)
            key.Append(RecipePrinter.Print(WhatMatters(phase)));
        Folder = Path.Combine(root, "warm-up", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key.ToString())))[..24]);
    }

    /// <summary>Where the model lies, or will lie; null for a recipe without a warm-up.</summary>
    public string? Folder { get; }

    /// <summary>Whether it was made.</summary>
    public bool IsThere => Directory.Exists(Folder);

    /// <summary>Of the evaluation, the tasks that end a phase; they are decoded greedily.</summary>
    private static EvaluationOptions WhatMatters(Recipe recipe) => new()
    {
        EvalMaxCompletionLength = recipe.Evaluation.EvalMaxCompletionLength,
        Tasks = [.. recipe.Evaluation.Tasks.Where(task => recipe.WarmUp.Any(phase => phase.Until?.Task == task.Name))],
    };

    /// <summary>Demonstrations know no rewards, guidance, sampling or policy loss: recipes that differ there alone share their warm-up.</summary>
    internal static Phase WhatMatters(Phase phase) => phase.Source == ExperienceKind.Rollouts ? phase : phase with
    {
        Rewards = new(),
        Guidance = new(),
        Optimization = phase.Optimization.ForDemonstrations(),
        Training = phase.Training with { RefillRounds = 0, SaveSteps = 0, SaveTotalLimit = 1 },
        Rollouts = new() { MaxCompletionLength = phase.Rollouts.MaxCompletionLength, MaxPromptLength = phase.Rollouts.MaxPromptLength },
    };

    /// <summary>Keeps the policy as the warm-up's result.</summary>
    public void Keep(Policy policy)
    {
        if (Folder is null || IsThere)
            return;
        var partial = $"{Folder}.{Environment.ProcessId}.partial";
        Directory.CreateDirectory(partial);
        policy.Save(partial);
        try
        {
            Directory.Move(partial, Folder);
        }
        catch (IOException) when (IsThere)
        {
            Directory.Delete(partial, recursive: true); // another run was first, with the same model
        }
    }
}
