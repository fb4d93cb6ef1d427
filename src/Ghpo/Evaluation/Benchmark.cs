using Ghpo.Problems;

namespace Ghpo.Evaluation;

/// <summary>A hint-free task to examine a model on.</summary>
/// <param name="Name">Its name in reports.</param>
/// <param name="Problems">Its problems.</param>
/// <param name="Samples">k: completions of each problem.</param>
public sealed record Benchmark(string Name, ProblemSet Problems, int Samples)
{
    /// <summary>How the task is set, its preset's conventions included; null: as the recipe says.</summary>
    public TaskOptions? Options { get; init; }

    /// <summary>The tasks of a recipe, without the optional ones whose file is absent. Generated problems come from the held-out part.</summary>
    /// <param name="options">The tasks.</param>
    /// <param name="seed">Of the recipe.</param>
    /// <exception cref="InvalidDataException">Two tasks share a name, a preset has no file, or a file is broken.</exception>
    /// <exception cref="FileNotFoundException">A task's file is absent, and the task is not optional.</exception>
    public static IReadOnlyList<Benchmark> Load(EvaluationOptions options, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Tasks.GroupBy(task => task.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new InvalidDataException($"evaluation.tasks: {twice.Count()} tasks are called \"{twice.Key}\"; give each a name of its own");
        return [.. options.Tasks.Select(task => Placed(task, options)).Where(task => !IsLeftOut(task)).Select(task => Load(task, options, seed))];
    }

    /// <summary>The names of the optional tasks that are left out because their file is absent, with the file.</summary>
    public static IReadOnlyList<(string Task, string File)> LeftOut(EvaluationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return [.. options.Tasks.Select(task => Placed(task, options)).Where(IsLeftOut).Select(task => (task.Name, task.Problems.Path!))];
    }

    private static bool IsLeftOut(TaskOptions task) => task.Optional && task.Problems.Path is { } path && !File.Exists(path);

    /// <summary>The task with its preset's conventions and its file below the evaluation's folder.</summary>
    private static TaskOptions Placed(TaskOptions task, EvaluationOptions options)
    {
        var resolved = TaskPresets.Resolve(task);
        if (task.Preset != TaskPreset.None && resolved.Problems.Path is null)
            throw new InvalidDataException($"evaluation.tasks: {task.Name} names a preset and no file; give it problems.path");
        return resolved.Problems.Path is { } path && options.Folder is { } folder ? resolved with { Problems = resolved.Problems with { Path = Path.Combine(folder, path) } } : resolved;
    }

    private static Benchmark Load(TaskOptions task, EvaluationOptions options, ulong seed)
    {
        try
        {
            return new Benchmark(task.Name, ProblemLoader.Load(task.Problems, seed, ProblemSplit.Evaluation), task.NumSamples ?? options.NumSamples) { Options = task };
        }
        catch (FileNotFoundException e)
        {
            throw new FileNotFoundException($"evaluation.tasks: {task.Name}: there is no file {e.FileName}; name the folder of the tasks with --set evaluation.folder=DIR, or set optional: true to leave the task out", e.FileName);
        }
    }
}
