using Ghpo.Models.Generation.Scheduling;

namespace Ghpo.Models.Generation;

/// <summary>
/// The kept cache of a prompt. It lives until it is disposed, until the weights change, or until its memory is needed for running requests (the longest
/// unused goes first). Dead handles may still be passed on; they save nothing.
/// </summary>
public sealed class PrefixHandle : IDisposable
{
    private readonly Generator _generator;
    private volatile bool _isAlive = true;

    internal PrefixHandle(Generator generator, int[] ids, BlockChain chain, long version) => (_generator, Ids, Chain, Version) = (generator, ids, chain, version);

    /// <summary>The version of the weights that it was computed with.</summary>
    public long Version { get; }

    /// <summary>Tokens of the prompt.</summary>
    public int Length => Ids.Length;

    /// <summary>Whether a request that extends it would reuse it.</summary>
    public bool IsAlive => _isAlive;

    internal int[] Ids { get; }

    internal BlockChain Chain { get; }

    /// <summary>Whether the generator holds blocks for it, not only for the request that made it. Known to the engine's thread alone.</summary>
    internal bool IsKept { get; set; }

    internal bool BelongsTo(Generator generator) => _generator == generator;

    internal void Kill() => _isAlive = false;

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        if (!_isAlive) return;
        _isAlive = false;
        _generator.Release(this);
    }
}
