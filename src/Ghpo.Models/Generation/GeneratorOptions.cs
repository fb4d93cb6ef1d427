namespace Ghpo.Models.Generation;

/// <summary>How a <see cref="Generator"/> uses the machine. None of it changes what is sampled.</summary>
public sealed record GeneratorOptions
{
    /// <summary>Threads that decode on the CPU; 0: as many as libtorch uses.</summary>
    public int Threads { get; init; }

    /// <summary>The most completions that are decoded together; the others wait, first come, first served.</summary>
    public int MaxRows { get; init; } = 128;

    /// <summary>The most prompt tokens that go through the model in one step beside the completions under way.</summary>
    public int PromptTokensPerStep { get; init; } = 256;

    /// <summary>
    /// The most memory for keys and values, in bytes; 0: a quarter of what the process may use. Requests wait until it holds their prompt and a whole
    /// completion; memory is touched only as tokens come.
    /// </summary>
    public long CacheBytes { get; init; }

    /// <summary>Whether prompts' caches outlive their requests, so that later prompts that begin alike are cheaper.</summary>
    public bool KeepPrefixes { get; init; } = true;

    /// <summary>Decode in torch operations on the CPU, too: the plain path, for comparison.</summary>
    internal bool UsesTorch { get; init; }

    internal void Validate()
    {
        if (Threads is < 0 or > 1024) throw new ArgumentException($"generation: Threads is {Threads}; expected 0 (as libtorch) to 1024");
        if (MaxRows < 1) throw new ArgumentException($"generation: MaxRows is {MaxRows}; expected at least 1");
        if (PromptTokensPerStep < 1) throw new ArgumentException($"generation: PromptTokensPerStep is {PromptTokensPerStep}; expected at least 1");
        if (CacheBytes < 0) throw new ArgumentException($"generation: CacheBytes is {CacheBytes}; expected 0 (a quarter of the memory) or more");
    }
}

/// <summary>What a <see cref="Generator"/> has done since it was made. Tokens a second are differences of two readings.</summary>
public sealed record GeneratorStatistics
{
    /// <summary>Prompt tokens that went through the model.</summary>
    public long PromptTokens { get; init; }

    /// <summary>Prompt tokens that were taken from an earlier prompt's cache.</summary>
    public long ReusedTokens { get; init; }

    /// <summary>Sampled tokens.</summary>
    public long SampledTokens { get; init; }

    /// <summary>Steps of the model.</summary>
    public long Steps { get; init; }

    /// <summary>Seconds of steps spent on prompts; a step with both is divided by its tokens.</summary>
    public double PromptSeconds { get; init; }

    /// <summary>Seconds of steps spent on completions.</summary>
    public double SampleSeconds { get; init; }
}
