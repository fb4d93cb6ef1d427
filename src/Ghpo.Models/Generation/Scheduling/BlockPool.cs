namespace Ghpo.Models.Generation.Scheduling;

/// <summary>
/// Counts the users of each block of the key/value cache. A block holds the keys and values of <see cref="BlockTokens"/> successive tokens in every layer; a
/// prompt's blocks are shared by its completions and by later prompts that begin alike. What a block is in memory is the decoder's business.
/// </summary>
internal sealed class BlockPool(IDecoder decoder, int capacity)
{
    /// <summary>Tokens a block holds.</summary>
    public const int BlockTokens = 32;

    private readonly List<int> _users = [];
    private readonly Stack<int> _free = new();

    /// <summary>The most blocks that may be in use.</summary>
    public int Capacity { get; } = capacity;

    /// <summary>Blocks in use.</summary>
    public int InUse => _users.Count - _free.Count;

    /// <summary>Blocks that so many tokens need.</summary>
    public static int BlocksFor(int tokens) => (tokens + BlockTokens - 1) / BlockTokens;

    /// <summary>A block with one user.</summary>
    public int Rent()
    {
        if (!_free.TryPop(out var id))
        {
            if (_users.Count >= Capacity) throw new InvalidOperationException("the key/value cache is full: rows were admitted beyond its size");
            id = _users.Count;
            _users.Add(0);
        }

        try
        {
            decoder.PrepareBlock(id);
        }
        catch
        {
            _free.Push(id);
            throw;
        }

        _users[id] = 1;
        return id;
    }

    /// <summary>Adds a user to a block.</summary>
    public void Share(int id) => _users[id]++;

    /// <summary>Takes a user from a block; without users it is free.</summary>
    public void Return(int id)
    {
        if (--_users[id] == 0) _free.Push(id);
    }
}
