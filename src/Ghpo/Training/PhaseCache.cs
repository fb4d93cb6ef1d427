using System.Security.Cryptography;
using System.Text;
using Ghpo.Training.Recipes;

namespace Ghpo.Training;

/// <summary>
/// Keeps the model at the end of a phase for other runs whose recipe is the same up to there: same model, seed, and phases. So GRPO and GHPO start from one base model, and a second run starts at once.
/// </summary>
internal sealed class PhaseCache
{
    /// <summary>Raised when the code changes what a phase makes of the same recipe.</summary>
    private const int Generation = 1;

    private readonly string?[] _folders;

    public PhaseCache(Recipe recipe, IReadOnlyList<Phase> phases)
    {
        var root = Environment.GetEnvironmentVariable("GHPO_CACHE")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "ghpo");
        var key = new StringBuilder($"{Generation} {recipe.Seed} {RecipePrinter.Print(recipe.Model)} {RecipePrinter.Print(recipe.Evaluation)}");
        _folders = new string?[phases.Count];
        for (var i = 0; i < phases.Count; i++)
        {
            key.Append(RecipePrinter.Print(WhatMatters(phases[i])));
            if (phases[i].Cache)
                _folders[i] = Path.Combine(root, "phases", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key.ToString())))[..24]);
        }
    }

    /// <summary>Demonstrations know no rewards, guidance or sampling: recipes that differ there alone share their warm-up.</summary>
    private static Phase WhatMatters(Phase phase) => phase.Source == ExperienceKind.Rollouts ? phase : phase with
    {
        Rewards = new(),
        Guidance = new(),
        Rollouts = new() { MaxCompletionLength = phase.Rollouts.MaxCompletionLength, MaxPromptLength = phase.Rollouts.MaxPromptLength },
    };

    /// <summary>The index of the first phase that must be run.</summary>
    public int FirstMissing => 1 + Array.FindLastIndex(_folders, folder => folder is not null && Directory.Exists(folder));

    /// <summary>The newest model of the cache that serves this run; null when there is none.</summary>
    public string? Newest => FirstMissing == 0 ? null : _folders[FirstMissing - 1];

    /// <summary>Keeps the policy as the result of a phase.</summary>
    public void Keep(int phase, Policy policy)
    {
        if (_folders[phase] is not { } folder || Directory.Exists(folder))
            return;
        var partial = $"{folder}.{Environment.ProcessId}.partial";
        Directory.CreateDirectory(partial);
        policy.Save(partial);
        try
        {
            Directory.Move(partial, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            Directory.Delete(partial, recursive: true); // another run was first, with the same model
        }
    }
}
