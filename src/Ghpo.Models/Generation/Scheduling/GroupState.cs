using System.Threading.Channels;

namespace Ghpo.Models.Generation.Scheduling;

/// <summary>A request on its way: its prompt's cache, and its completions. The engine's thread alone changes it.</summary>
internal sealed class GroupState : ILogitsTarget
{
    private readonly Channel<GeneratedSequence> _results = Channel.CreateUnbounded<GeneratedSequence>(new() { SingleReader = true, SingleWriter = true });
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public GroupState(GenerationRequest request, int longestCompletion)
    {
        (Request, LongestCompletion) = (request, longestCompletion);
        Completions = [.. request.StreamKeys.Select((key, index) => new CompletionState(this, index, key))];
    }

    public GenerationRequest Request { get; }

    /// <summary>The most tokens of a completion: the request's limit, or what the context leaves.</summary>
    public int LongestCompletion { get; }

    public CompletionState[] Completions { get; }

    /// <summary>The prompt's cache; null until the group is admitted.</summary>
    public BlockChain? Prefix { get; set; }

    /// <summary>Whether the whole prompt has gone through the model, and each completion has its first token.</summary>
    public bool IsPromptDone { get; set; }

    public PrefixHandle? Handle { get; set; }

    /// <summary>Blocks set aside for the prompt.</summary>
    public int PromptBlocks => BlockPool.BlocksFor(Request.Prompt.Length);

    /// <summary>Blocks set aside for each completion; its last token is never an input.</summary>
    public int CompletionBlocks => BlockPool.BlocksFor(LongestCompletion - 1);

    public int Finished { get; set; }

    /// <summary>Whether one completion's blocks were set aside with the prompt's, so that an admitted group can always go on.</summary>
    public bool HasSpareBlocks { get; set; }

    public Exception? Failure { get; set; }

    /// <summary>The finished completions.</summary>
    public ChannelReader<GeneratedSequence> Results => _results.Reader;

    /// <summary>Ends when the engine has nothing more to do with the group.</summary>
    public Task Released => _released.Task;

    /// <summary>The end of the prompt: every completion draws its first token from the same logits.</summary>
    public unsafe void Take(float* logits, Sampler sampler)
    {
        foreach (var completion in Completions) completion.Take(logits, sampler);
    }

    public void Deliver(GeneratedSequence sequence) => _results.Writer.TryWrite(sequence);

    public void Release()
    {
        _results.Writer.TryComplete(Failure);
        _released.TrySetResult();
    }
}

/// <summary>A completion on its way.</summary>
internal sealed class CompletionState(GroupState group, int index, ulong key) : ILogitsTarget
{
    private int[] _ids = new int[16];
    private float[] _logProbs = new float[16];

    public GroupState Group => group;

    public int Index => index;

    /// <summary>Tokens sampled so far.</summary>
    public int Count { get; private set; }

    public int LastId => _ids[Count - 1];

    /// <summary>Its cache; null until it is admitted.</summary>
    public BlockChain? Own { get; set; }

    public bool IsFinished { get; set; }

    /// <summary>Whether its last token was drawn in this step.</summary>
    public bool IsNew { get; set; }

    /// <summary>Draws the next token. Number t of a stream belongs to token t, whatever came between.</summary>
    public unsafe void Take(float* logits, Sampler sampler)
    {
        try
        {
            var uniform = new RandomStream(key, (ulong)Count).NextDouble();
            var token = sampler.Sample(logits, group.Request.Sampling, group.Request.Prompt, _ids.AsSpan(0, Count), uniform);
            if (Count == _ids.Length)
            {
                Array.Resize(ref _ids, 2 * Count);
                Array.Resize(ref _logProbs, 2 * Count);
            }

            (_ids[Count], _logProbs[Count]) = (token.Id, token.LogProb);
            Count++;
            IsNew = true;
        }
        catch (ArithmeticException failure)
        {
            group.Failure = failure;
        }
    }

    public GeneratedSequence Result(FinishReason reason, long version) =>
        new() { Index = index, Ids = _ids[..Count], LogProbs = _logProbs[..Count], Finish = reason, Version = version, Prefix = group.Handle };
}
