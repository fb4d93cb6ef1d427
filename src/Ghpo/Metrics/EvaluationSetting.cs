namespace Ghpo.Metrics;

/// <summary>Everything that is needed to repeat an evaluation.</summary>
public sealed record EvaluationSetting
{
    /// <summary>The command.</summary>
    public string Command { get; init; } = "";

    /// <summary>The checkpoint, as it was named.</summary>
    public required string Model { get; init; }

    /// <summary>The checkpoint's files.</summary>
    public required IReadOnlyList<FileIdentity> ModelFiles { get; init; }

    /// <summary>The type that matrices were multiplied in.</summary>
    public required string ComputeType { get; init; }

    /// <summary>The recipe as run, whole: sampling, prompts, tasks.</summary>
    public required string Recipe { get; init; }

    /// <summary>Of every random stream, and of the order of choices.</summary>
    public required long Seed { get; init; }

    /// <summary>Temperature of the sampled completions; greedy ones have 0.</summary>
    public required double Temperature { get; init; }

    /// <summary>Nucleus of the sampled completions.</summary>
    public required double TopP { get; init; }

    /// <summary>Longest completion, in tokens.</summary>
    public required int MaxCompletionLength { get; init; }

    /// <summary>Whether greedy decoding was measured too.</summary>
    public required bool Greedy { get; init; }

    /// <summary>The tasks as they were set.</summary>
    public required IReadOnlyList<TaskSetting> Tasks { get; init; }

    /// <summary>What the user should know, as of tasks left out.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Machine, versions and threads.</summary>
    public required EnvironmentInfo Environment { get; init; }
}

/// <summary>How a task was set.</summary>
/// <param name="Task">Its name.</param>
/// <param name="Problems">Its problems: the file, or what was generated.</param>
/// <param name="File">The file's identity; null for generated problems.</param>
/// <param name="Count">How many problems.</param>
/// <param name="Samples">k.</param>
/// <param name="SystemPrompt">The system message; null: none.</param>
/// <param name="UserPrompt">The user message.</param>
/// <param name="Extraction">Where the answer might stand.</param>
/// <param name="AcceptRounded">Whether a rounded decimal was accepted for an exact gold.</param>
public sealed record TaskSetting(string Task, string Problems, FileIdentity? File, int Count, int Samples, string? SystemPrompt, string UserPrompt, string Extraction, bool AcceptRounded);

/// <summary>Which file it was.</summary>
/// <param name="Name">Its name without folders.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">SHA-256 in hexadecimal, of the whole file up to 64 MiB; of a longer one of its first and last 32 MiB.</param>
public sealed record FileIdentity(string Name, long Bytes, string Sha256)
{
    private const int Part = 32 << 20;

    /// <summary>Reads a file.</summary>
    public static FileIdentity Of(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        using var hash = System.Security.Cryptography.IncrementalHash.CreateHash(System.Security.Cryptography.HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 16];
        var inParts = file.Length > 2L * Part;
        Take(inParts ? Part : file.Length);
        if (inParts)
        {
            file.Seek(-Part, SeekOrigin.End);
            Take(Part);
        }

        return new FileIdentity(Path.GetFileName(path), file.Length, Convert.ToHexStringLower(hash.GetHashAndReset()));

        void Take(long bytes)
        {
            for (int read; bytes > 0 && (read = file.Read(buffer, 0, (int)Math.Min(bytes, buffer.Length))) > 0; bytes -= read)
                hash.AppendData(buffer, 0, read);
        }
    }
}
