namespace Ghpo.Models.Generation.Scheduling;

/// <summary>The cache of one run of tokens: blocks in order, all full but the last.</summary>
internal sealed class BlockChain(BlockPool pool)
{
    private int[] _blocks = new int[4];

    /// <summary>Tokens that it holds, or that are about to be written.</summary>
    public int Length { get; private set; }

    /// <summary>The blocks' ids.</summary>
    public ReadOnlySpan<int> Blocks => _blocks.AsSpan(0, BlockPool.BlocksFor(Length));

    /// <summary>Makes room for one more token at the end.</summary>
    public void Grow()
    {
        if (Length % BlockPool.BlockTokens == 0) Add(pool.Rent());
        Length++;
    }

    /// <summary>
    /// Begins an empty chain as the first <paramref name="length"/> tokens of another: full blocks are shared, the tokens of the last one are copied, since
    /// both chains may go on in different ways.
    /// </summary>
    public void BeginAs(BlockChain other, int length, IDecoder decoder)
    {
        var full = length / BlockPool.BlockTokens;
        for (var i = 0; i < full; i++)
        {
            pool.Share(other._blocks[i]);
            Length = i * BlockPool.BlockTokens;
            Add(other._blocks[i]);
        }

        Length = full * BlockPool.BlockTokens;
        if (length > Length)
        {
            var block = pool.Rent();
            Add(block);
            decoder.CopyBlock(other._blocks[full], block, length - Length);
            Length = length;
        }
    }

    /// <summary>Returns all blocks.</summary>
    public void Clear()
    {
        foreach (var block in Blocks) pool.Return(block);
        Length = 0;
    }

    private void Add(int block)
    {
        var index = Length / BlockPool.BlockTokens;
        if (index == _blocks.Length) Array.Resize(ref _blocks, 2 * index);
        _blocks[index] = block;
    }
}
