using Ghpo.Models.Generation.Scheduling;

namespace Ghpo.Models.Generation;

/// <summary>
/// One token to run through the model. It sees the first <see cref="PrefixLength"/> tokens of <see cref="Prefix"/> and then the first <see
/// cref="OwnLength"/> of <see cref="Own"/>, itself included as the last of them: its key and value are written there.
/// </summary>
internal struct StepRow
{
    /// <summary>The token's id.</summary>
    public int Token;

    /// <summary>Its place in the sequence, from 0: <see cref="PrefixLength"/> + <see cref="OwnLength"/> − 1.</summary>
    public int Position;

    /// <summary>The cache of the prompt, shared by all completions of it. Rows with the same prefix stand together in a step.</summary>
    public BlockChain Prefix;

    /// <summary>How much of the prefix the token sees.</summary>
    public int PrefixLength;

    /// <summary>The cache of the completion; null while the prompt itself is being run.</summary>
    public BlockChain? Own;

    /// <summary>How much of its own cache the token sees.</summary>
    public int OwnLength;

    /// <summary>Who wants the logits of the token that follows; null: nobody.</summary>
    public ILogitsTarget? Target;
}

/// <summary>Who chooses the token that follows a row.</summary>
internal interface ILogitsTarget
{
    /// <summary>Takes the logits (valid during the call). Called once a step, by any thread, beside the calls of other targets.</summary>
    unsafe void Take(float* logits, Sampler sampler);
}

/// <summary>
/// Runs tokens through the model over a key/value cache in blocks. One thread calls it. The results of a row depend on the row and what it sees alone,
/// bit for bit, wherever the implementation can promise it (<see cref="IsBatchInvariant"/>).
/// </summary>
internal interface IDecoder : IDisposable
{
    /// <summary>Whether a row's bits are the same in any company.</summary>
    bool IsBatchInvariant { get; }

    /// <summary>Bytes of one block of the cache.</summary>
    long BlockBytes { get; }

    /// <summary>Takes up the model's weights as they are now.</summary>
    void Refresh();

    /// <summary>Called before a block is written for the first time, and whenever it is taken into use again.</summary>
    void PrepareBlock(int id);

    /// <summary>Copies the first tokens of a block to another.</summary>
    void CopyBlock(int from, int to, int tokens);

    /// <summary>Runs the rows, in which tokens of one sequence stand in order, and hands the logits to their targets.</summary>
    void Step(ReadOnlySpan<StepRow> rows);
}
