using static TorchSharp.torch;

namespace Ghpo.Models.Transformer;

/// <summary>
/// The index tensors, masks and rotary tables with which torch's padded attention runs over a packed batch:
/// trunks padded on the right to (trunks, longest), branches likewise, each branch with its trunk's keys before its own.
/// </summary>
internal sealed class AttentionPlan : IDisposable
{
    private AttentionPlan() { }

    /// <summary>Token ids (tokens), int64.</summary>
    public required Tensor Ids { get; init; }

    /// <summary>The rows that predict targets (targets), int64.</summary>
    public required Tensor HeadRows { get; init; }

    /// <summary>Target ids (targets), int64.</summary>
    public required Tensor Targets { get; init; }

    /// <summary>Cosines and sines (tokens, 1, head size), float32.</summary>
    public required (Tensor Cosine, Tensor Sine) Rotary { get; init; }

    /// <summary>Rows of the padded trunks (trunks · longest trunk).</summary>
    public required Tensor TrunkRows { get; init; }

    /// <summary>Rows of the padded branches (branches · longest branch); null without branches.</summary>
    public required Tensor? BranchRows { get; init; }

    /// <summary>Rows of the keys of the padded branches (branches · (longest trunk + longest branch)).</summary>
    public required Tensor? BranchKeyRows { get; init; }

    /// <summary>For each row, where its output lies in the padded trunks followed by the padded branches.</summary>
    public required Tensor OutputRows { get; init; }

    /// <summary>Additive masks by window: trunks (1, 1, T, T), branches (branches, 1, L, T + L).</summary>
    public required IReadOnlyDictionary<int, (Tensor Trunks, Tensor? Branches)> Masks { get; init; }

    /// <summary>Sizes of the padded arrays.</summary>
    public required (int Trunks, int LongestTrunk, int Branches, int LongestBranch) Sizes { get; init; }

    public static AttentionPlan Of(PackedBatch batch, ModelConfig config)
    {
        var device = batch.Device;
        var trunks = batch.Segments.Where(s => s.TrunkLength == 0).ToArray();
        var branches = batch.Segments.Where(s => s.TrunkLength > 0).ToArray();
        int longestTrunk = trunks.Max(s => s.Length), longestBranch = branches.Select(s => s.Length).DefaultIfEmpty().Max();
        var output = new long[batch.TokenCount];
        var trunkRows = Pad(trunks, longestTrunk, 0, output);
        var branchRows = Pad(branches, longestBranch, trunkRows.Length, output);
        var span = longestTrunk + longestBranch;
        var keys = new long[branches.Length * span];
        for (var b = 0; b < branches.Length; b++)
        {
            for (var i = 0; i < branches[b].TrunkLength; i++) keys[(b * span) + i] = branches[b].TrunkStart + i;
            for (var i = 0; i < branches[b].Length; i++) keys[(b * span) + longestTrunk + i] = branches[b].Start + i;
        }
        Tensor Indices(long[] values) => tensor(values, device: device).DetachFromDisposeScope();
        var windows = Enumerable.Range(0, config.LayerCount).Select(config.WindowOf).Distinct();
        return new AttentionPlan
        {
            Ids = Indices(Array.ConvertAll(batch.Ids, i => (long)i)),
            HeadRows = Indices(Array.ConvertAll(batch.HeadRows, i => (long)i)),
            Targets = Indices(Array.ConvertAll(batch.Targets, i => (long)i)),
            Rotary = RotaryTables(batch, config),
            TrunkRows = Indices(trunkRows),
            BranchRows = branches.Length > 0 ? Indices(branchRows) : null,
            BranchKeyRows = branches.Length > 0 ? Indices(keys) : null,
            OutputRows = Indices(output),
            Masks = windows.ToDictionary(w => w, w => (TrunkMask(longestTrunk, w, device), BranchMask(branches, longestTrunk, longestBranch, w, device))),
            Sizes = (trunks.Length, longestTrunk, branches.Length, longestBranch),
        };
    }

    private static long[] Pad(Segment[] segments, int longest, int offset, long[] output)
    {
        var rows = new long[segments.Length * longest];
        for (var s = 0; s < segments.Length; s++)
        {
            for (var i = 0; i < segments[s].Length; i++)
            {
                rows[(s * longest) + i] = segments[s].Start + i;
                output[segments[s].Start + i] = offset + (s * longest) + i;
            }
        }
        return rows;
    }

    private static (Tensor, Tensor) RotaryTables(PackedBatch batch, ModelConfig config)
    {
        var table = RotaryTable.Of(batch, config);
        Tensor Whole(float[] half)
        {
            using var scope = NewDisposeScope();
            var values = tensor(half, device: batch.Device).view(batch.TokenCount, 1, config.HeadSize / 2);
            return cat([values, values], -1).DetachFromDisposeScope();
        }
        return (Whole(table.Cosine), Whole(table.Sine));
    }

    private static Tensor TrunkMask(int longest, int window, Device device)
    {
        var mask = new float[longest * longest];
        for (var q = 0; q < longest; q++)
        {
            for (var k = 0; k < longest; k++) mask[(q * longest) + k] = k <= q && q - k < window ? 0 : float.NegativeInfinity;
        }
        return tensor(mask, [1, 1, longest, longest], device: device).DetachFromDisposeScope();
    }

    private static Tensor? BranchMask(Segment[] branches, int trunk, int longest, int window, Device device)
    {
        if (branches.Length == 0) return null;
        var span = trunk + longest;
        var mask = new float[branches.Length * longest * span];
        Array.Fill(mask, float.NegativeInfinity);
        for (var b = 0; b < branches.Length; b++)
        {
            for (var q = 0; q < longest; q++)
            {
                var row = mask.AsSpan(((b * longest) + q) * span, span);
                var position = branches[b].TrunkLength + q;
                for (var k = 0; k < branches[b].TrunkLength; k++)
                {
                    if (position - k < window) row[k] = 0;
                }
                for (var k = 0; k <= q; k++)
                {
                    if (q - k < window) row[trunk + k] = 0;
                }
            }
        }
        return tensor(mask, [branches.Length, 1, longest, span], device: device).DetachFromDisposeScope();
    }

    public void Dispose()
    {
        foreach (var tensor in (Tensor?[])[Ids, HeadRows, Targets, Rotary.Cosine, Rotary.Sine, TrunkRows, BranchRows, BranchKeyRows, OutputRows]) tensor?.Dispose();
        foreach (var (trunks, branches) in Masks.Values)
        {
            trunks.Dispose();
            branches?.Dispose();
        }
    }
}
