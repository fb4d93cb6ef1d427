using Ghpo.Models.Generation.Scheduling;
using Ghpo.Models.Transformer;
using static TorchSharp.torch;

namespace Ghpo.Models.Generation.Torch;

/// <summary>Rows whose attention is one call: a run of a prompt's tokens (one sequence, many queries), or completions (many sequences of one query).</summary>
/// <param name="First">The first row.</param>
/// <param name="Count">How many rows.</param>
/// <param name="Tokens">(sequences, tokens) slots in the cache, in the order of positions, padded with slot 0.</param>
/// <param name="Positions">Position of each row, on the host.</param>
internal sealed record TorchPart(int First, int Count, Tensor Tokens, int[] Positions)
{
    private readonly Dictionary<int, Tensor> _masks = [];

    /// <summary>(sequences, 1, queries, tokens): 0 where a query sees a token, −∞ elsewhere.</summary>
    public Tensor Mask(int window)
    {
        if (_masks.TryGetValue(window, out var known)) return known;
        var tokens = (int)Tokens.shape[1];
        var mask = new float[Count * tokens];
        for (var row = 0; row < Count; row++)
        {
            for (var token = 0; token < tokens; token++)
            {
                if (token > Positions[row] || Positions[row] - (long)token >= window) mask[row * tokens + token] = float.NegativeInfinity;
            }
        }

        var sequences = Tokens.shape[0];
        return _masks[window] = tensor(mask, [sequences, 1, Count / sequences, tokens], device: Tokens.device).DetachFromDisposeScope();
    }

    public void Free()
    {
        foreach (var mask in _masks.Values) mask.Dispose();
    }
}

/// <summary>A step's rows as the tensors that every layer needs; in the caller's dispose scope.</summary>
internal sealed record TorchStep(Tensor Ids, Tensor Slots, Tensor Cosine, Tensor Sine, IReadOnlyList<TorchPart> Parts, long[] Wanted)
{
    public static TorchStep Plan(ReadOnlySpan<StepRow> rows, ModelConfig config, Device device)
    {
        var (half, count) = (config.HeadSize / 2, rows.Length);
        long[] ids = new long[count], slots = new long[count];
        float[] cosine = new float[count * config.HeadSize], sine = new float[count * config.HeadSize];
        var frequencies = config.Rotary.Frequencies(config.HeadSize, 0);
        var attention = (float)config.Rotary.AttentionFactor;
        List<long> wanted = [];
        List<TorchPart> parts = [];
        for (var row = 0; row < count; row++)
        {
            ref readonly var it = ref rows[row];
            ids[row] = it.Token;
            slots[row] = it.Own is { } own ? Slot(own, it.OwnLength - 1) : Slot(it.Prefix, it.PrefixLength - 1);
            if (it.Target is not null) wanted.Add(row);
            for (var i = 0; i < config.HeadSize; i++)
            {
                var (s, c) = MathF.SinCos(it.Position * frequencies[i % half]);
                (cosine[row * config.HeadSize + i], sine[row * config.HeadSize + i]) = (c * attention, s * attention);
            }
        }

        for (var first = 0; first < count;)
        {
            var end = first + 1;
            var isPrompt = rows[first].Own is null;
            while (end < count && rows[end].Own is null == isPrompt && (!isPrompt || rows[end].Prefix == rows[first].Prefix)) end++;
            parts.Add(Part(rows, first, end, isPrompt, device));
            first = end;
        }

        Tensor Angles(float[] values) => tensor(values, [count, 1, config.HeadSize], device: device);
        return new(tensor(ids, device: device), tensor(slots, device: device), Angles(cosine), Angles(sine), parts, [.. wanted]);
    }

    private static TorchPart Part(ReadOnlySpan<StepRow> rows, int first, int end, bool isPrompt, Device device)
    {
        var positions = new int[end - first];
        for (var row = first; row < end; row++) positions[row - first] = rows[row].Position;
        var tokens = positions.Max() + 1;
        var sequences = isPrompt ? 1 : end - first;
        var slots = new long[sequences * tokens];
        for (var sequence = 0; sequence < sequences; sequence++)
        {
            ref readonly var row = ref rows[isPrompt ? end - 1 : first + sequence];
            for (var token = 0; token <= row.Position; token++)
                slots[sequence * tokens + token] = token < row.PrefixLength ? Slot(row.Prefix, token) : Slot(row.Own!, token - row.PrefixLength);
        }

        return new(first, end - first, tensor(slots, [sequences, tokens], device: device), positions);
    }

    private static long Slot(BlockChain chain, int token) => (long)chain.Blocks[token / BlockPool.BlockTokens] * BlockPool.BlockTokens + token % BlockPool.BlockTokens;
}
