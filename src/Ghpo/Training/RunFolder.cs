namespace Ghpo.Training;

/// <summary>The folder of a run and the names of what lies in it. A run gets a fresh one, and an existing one is never written into but by resuming.</summary>
public sealed class RunFolder
{
    private RunFolder(string path) => Path = path;

    /// <summary>The folder, as given.</summary>
    public string Path { get; }

    /// <summary>The folder's own name.</summary>
    public string Name => System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(Path)));

    /// <summary>The recipe as run.</summary>
    public string Recipe => In("recipe.yaml");

    /// <summary>A line a step.</summary>
    public string Metrics => In("metrics.jsonl");

    /// <summary>A line a completion.</summary>
    public string Completions => In("completions.jsonl");

    /// <summary>What it ran on.</summary>
    public string Environment => In("environment.json");

    /// <summary>How it ended.</summary>
    public string Summary => In("summary.json");

    /// <summary>The trained model in Hugging Face format.</summary>
    public string Model => In("model");

    /// <summary>The model that reinforcement learning began with, where a KL term needs it.</summary>
    public string Reference => In("reference");

    /// <summary>Where <c>step-000040</c> and the like lie.</summary>
    public string Checkpoints => In("checkpoints");

    /// <summary>Makes a fresh folder.</summary>
    /// <param name="name">The recipe's name: the folder becomes <c>runs/NAME-1</c>, or the first number that is free.</param>
    /// <param name="explicitPath">A folder to make instead; it must not exist.</param>
    /// <exception cref="IOException">The explicit folder exists.</exception>
    public static RunFolder Create(string name, string? explicitPath = null)
    {
        if (explicitPath is not null)
        {
            if (System.IO.Path.Exists(explicitPath))
                throw new IOException($"{explicitPath} exists; a run needs a fresh folder: name another, or go on with that run by --resume {explicitPath}");
            Directory.CreateDirectory(explicitPath);
            return new RunFolder(explicitPath);
        }

        for (var number = 1; ; number++)
        {
            var path = System.IO.Path.Combine("runs", $"{name}-{number}");
            if (System.IO.Path.Exists(path))
                continue;
            Directory.CreateDirectory(path);
            return new RunFolder(path);
        }
    }

    /// <summary>Opens the folder of a run that was begun.</summary>
    /// <param name="path">The run, or null for the newest below <c>runs</c>.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such run.</exception>
    public static RunFolder Open(string? path = null)
    {
        path ??= Directory.Exists("runs")
            ? new DirectoryInfo("runs").EnumerateDirectories().Where(d => File.Exists(System.IO.Path.Combine(d.FullName, "recipe.yaml"))).OrderByDescending(d => d.CreationTimeUtc).Select(d => System.IO.Path.Combine("runs", d.Name)).FirstOrDefault()
            : null;
        if (path is null)
            throw new DirectoryNotFoundException("there is no run below runs/ to go on with; begin one with: ghpo train RECIPE");
        var run = new RunFolder(path);
        return File.Exists(run.Recipe) ? run : throw new DirectoryNotFoundException($"{path} is no run folder: it has no recipe.yaml");
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
