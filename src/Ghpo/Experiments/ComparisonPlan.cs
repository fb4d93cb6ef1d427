using System.Text.Json;
using Ghpo.Metrics;
using Ghpo.Training;
using Ghpo.Training.Recipes;

namespace Ghpo.Experiments;

/// <summary>What is compared: recipes, over seeds.</summary>
public sealed record ComparisonPlan
{
    /// <summary>The recipes by name; the first is the baseline.</summary>
    public required IReadOnlyList<string> Recipes { get; init; }

    /// <summary>The seeds; every recipe is run with each.</summary>
    public required IReadOnlyList<int> Seeds { get; init; }

    /// <summary>The accuracy whose cost is measured.</summary>
    public double Target { get; init; } = 0.8;

    /// <summary>Processor threads of each run.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>The command that repeats it.</summary>
    public string Command { get; init; } = "";
}

/// <summary>The folder of a comparison: the plan, the recipes, the runs, and in the end the report.</summary>
public sealed class ComparisonFolder
{
    private const string PlanFile = "plan.json";
    private readonly Dictionary<string, Recipe> _recipes;

    private ComparisonFolder(string path, ComparisonPlan plan, Dictionary<string, Recipe> recipes) => (Path, Plan, _recipes) = (path, plan, recipes);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>What is compared.</summary>
    public ComparisonPlan Plan { get; }

    /// <summary>Begins a comparison in a fresh folder.</summary>
    /// <param name="path">The folder, which must not exist; null: <c>comparisons/comparison-n</c>.</param>
    /// <param name="plan">What is compared.</param>
    /// <param name="recipes">The recipes, in the plan's order.</param>
    /// <exception cref="IOException">The folder exists.</exception>
    /// <exception cref="InvalidDataException">The recipes cannot be compared.</exception>
    public static ComparisonFolder Create(string? path, ComparisonPlan plan, IReadOnlyList<Recipe> recipes)
    {
        Check(plan, recipes);
        if (path is not null && System.IO.Path.Exists(path))
            throw new IOException($"{path} exists; a comparison needs a fresh folder: name another, or go on with that one by --resume {path}");
        path ??= Enumerable.Range(1, int.MaxValue).Select(number => System.IO.Path.Combine("comparisons", $"comparison-{number}")).First(free => !System.IO.Path.Exists(free));
        Directory.CreateDirectory(System.IO.Path.Combine(path, "recipes"));
        foreach (var (name, recipe) in plan.Recipes.Zip(recipes))
            File.WriteAllText(RecipeFile(path, name), RecipePrinter.Print(recipe));
        AtomicFile.WriteAllText(System.IO.Path.Combine(path, PlanFile), JsonSerializer.Serialize(plan, SummaryFile.Options));
        return Open(path);
    }

    /// <summary>Opens a comparison that was begun.</summary>
    /// <param name="path">The folder; null: the newest below <c>comparisons</c>.</param>
    /// <exception cref="DirectoryNotFoundException">There is none.</exception>
    public static ComparisonFolder Open(string? path = null)
    {
        path ??= Directory.Exists("comparisons")
            ? new DirectoryInfo("comparisons").EnumerateDirectories().Where(d => File.Exists(System.IO.Path.Combine(d.FullName, PlanFile))).OrderByDescending(d => d.CreationTimeUtc).Select(d => System.IO.Path.Combine("comparisons", d.Name)).FirstOrDefault()
            : null;
        if (path is null)
            throw new DirectoryNotFoundException("there is no comparison below comparisons/ to go on with; begin one with: ghpo compare RECIPE RECIPE");
        var file = System.IO.Path.Combine(path, PlanFile);
        if (!File.Exists(file))
            throw new DirectoryNotFoundException($"{path} is no folder of a comparison: it has no {PlanFile}");
        try
        {
            var plan = JsonSerializer.Deserialize<ComparisonPlan>(File.ReadAllText(file), SummaryFile.Options)!;
            return new ComparisonFolder(path, plan, plan.Recipes.ToDictionary(name => name, name => RecipeReader.Read<Recipe>(RecipeFile(path, name))));
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{file}: expected the plan of a comparison: {e.Message}", e);
        }
    }

    /// <summary>A recipe as a seed runs it.</summary>
    public Recipe RecipeOf(string name, int seed) => _recipes[name] with { Name = name, Seed = seed, Model = _recipes[name].Model with { Threads = Plan.Threads } };

    /// <summary>The folder of a run.</summary>
    public string RunOf(string name, int seed) => System.IO.Path.Combine(Path, "runs", FormattableString.Invariant($"{name}-seed{seed}"));

    /// <summary>The labels of the problems that a recipe with <c>when: labelled</c> needs.</summary>
    public string LabelsOf(string name, int seed) => System.IO.Path.Combine(Path, "labels", FormattableString.Invariant($"{name}-seed{seed}.jsonl"));

    /// <summary>A file of the report.</summary>
    public string FileOf(string name) => System.IO.Path.Combine(Path, name);

    private static string RecipeFile(string path, string name) => System.IO.Path.Combine(path, "recipes", name + ".yaml");

    private static void Check(ComparisonPlan plan, IReadOnlyList<Recipe> recipes)
    {
        if (recipes.Count < 2)
            throw new InvalidDataException("a comparison needs at least two recipes; the first is the baseline");
        if (plan.Recipes.GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new InvalidDataException($"two recipes are called {twice.Key}; set another name in one of them");
        foreach (var (name, recipe) in plan.Recipes.Zip(recipes))
        {
            if (recipe.Evaluation.Tasks.Count == 0)
                throw new InvalidDataException($"{name}: no evaluation.tasks; recipes are compared by what they score without hints");
            if (recipe.AllPhases()[^1] is { Source: ExperienceKind.Rollouts } last && last.Optimization.LrSchedulerType is not (Optimization.LearningRateDecay.Constant or Optimization.LearningRateDecay.ConstantWithWarmup))
                throw new InvalidDataException($"{name}: optimization.lr_scheduler_type is {last.Optimization.LrSchedulerType.ToString().ToLowerInvariant()}; for equal budgets of tokens a run goes on past its last step, which needs a constant learning rate (--set lr_scheduler_type=constant)");
            if (new WarmUpCache(recipe).Folder != new WarmUpCache(recipes[0]).Folder || recipe.Model.Path != recipes[0].Model.Path || RecipePrinter.Print(recipe.Evaluation) != RecipePrinter.Print(recipes[0].Evaluation))
                throw new InvalidDataException($"{name} and {plan.Recipes[0]} do not start alike, or are not examined alike: model, warm_up and evaluation must be the same");
        }
    }
}
