using static TorchSharp.torch;

namespace Ghpo.Models.Transformer;

/// <summary>A prompt and the completions that follow it, as token ids.</summary>
/// <param name="Prompt">At least one token.</param>
/// <param name="Completions">Those whose tokens are scored; an empty one has no targets.</param>
public sealed record PackedGroup(int[] Prompt, IReadOnlyList<int[]> Completions);

/// <summary>A run of tokens that follow one another: a trunk (a prompt, or a whole sequence), or a branch that goes on from a trunk.</summary>
/// <param name="Start">Its first token in the packed batch.</param>
/// <param name="Length">Its tokens.</param>
/// <param name="TrunkStart">The first token of the trunk that it goes on from.</param>
/// <param name="TrunkLength">The trunk's tokens; 0: this is a trunk.</param>
internal readonly record struct Segment(int Start, int Length, int TrunkStart, int TrunkLength);

/// <summary>
/// Prompts and completions laid one after another without padding. The prompt of a group stands once: its completions
/// attend to it and to their own past. A group with one completion is an ordinary sequence.
/// </summary>
/// <remarks>The last token of a completion predicts nothing that is scored, so it is no input: a sequence of p + c tokens takes p + c − 1 rows.</remarks>
public sealed class PackedBatch : IDisposable
{
    private PackedBatch(Device device) => Device = device;

    /// <summary>Where the batch is computed.</summary>
    public Device Device { get; }

    /// <summary>Rows that go through the model.</summary>
    public int TokenCount => Ids.Length;

    /// <summary>Completion tokens that get a log-probability.</summary>
    public int TargetCount => Targets.Length;

    /// <summary>Token id of each row.</summary>
    internal int[] Ids { get; private init; } = [];

    /// <summary>Position of each row in its sequence, from 0.</summary>
    internal int[] Positions { get; private init; } = [];

    /// <summary>For each row, the length of the longest sequence that it is part of, in tokens.</summary>
    internal int[] SequenceLengths { get; private init; } = [];

    /// <summary>For each target, the row whose hidden state predicts it.</summary>
    internal int[] HeadRows { get; private init; } = [];

    /// <summary>For each target, its token id.</summary>
    internal int[] Targets { get; private init; } = [];

    /// <summary>The runs of rows: each trunk before its branches.</summary>
    internal Segment[] Segments { get; private init; } = [];

    /// <summary>What the forward pass derives from the layout once per batch.</summary>
    internal IDisposable? Derived { get; set; }

    /// <summary>Lays out groups for one pass.</summary>
    /// <param name="groups">Prompts with their completions.</param>
    /// <param name="device">Where the pass is computed.</param>
    /// <exception cref="ArgumentException">A prompt is empty, or a token id is negative.</exception>
    public static PackedBatch Pack(IReadOnlyList<PackedGroup> groups, Device device)
    {
        List<int> ids = [], positions = [], lengths = [], rows = [], targets = [];
        List<Segment> segments = [];
        void Append(ReadOnlySpan<int> tokens, int position, int length)
        {
            foreach (var id in tokens)
            {
                if (id < 0) throw new ArgumentException($"token id {id} is negative", nameof(groups));
                ids.Add(id);
                positions.Add(position++);
                lengths.Add(length);
            }
        }

        for (var g = 0; g < groups.Count; g++)
        {
            var (prompt, completions) = groups[g];
            if (prompt.Length == 0) throw new ArgumentException($"the prompt of group {g} is empty: its first completion token would have nothing to be predicted from", nameof(groups));
            var live = completions.Count(c => c.Length > 0);
            if (live == 0) continue;
            var longest = prompt.Length + completions.Max(c => c.Length);
            var trunk = ids.Count;
            Append(prompt, 0, longest);
            if (live == 1)
            {
                var only = completions.First(c => c.Length > 0);
                Append(only.AsSpan(0, only.Length - 1), prompt.Length, longest);
                segments.Add(new(trunk, ids.Count - trunk, 0, 0));
                rows.AddRange(Enumerable.Range(trunk + prompt.Length - 1, only.Length));
                targets.AddRange(only);
                continue;
            }
            segments.Add(new(trunk, prompt.Length, 0, 0));
            foreach (var completion in completions)
            {
                if (completion.Length == 0) continue;
                var start = ids.Count;
                Append(completion.AsSpan(0, completion.Length - 1), prompt.Length, longest);
                if (completion.Length > 1) segments.Add(new(start, completion.Length - 1, trunk, prompt.Length));
                rows.Add(trunk + prompt.Length - 1);
                rows.AddRange(Enumerable.Range(start, completion.Length - 1));
                targets.AddRange(completion);
            }
        }
        return new PackedBatch(device)
        {
            Ids = [.. ids],
            Positions = [.. positions],
            SequenceLengths = [.. lengths],
            HeadRows = [.. rows],
            Targets = [.. targets],
            Segments = [.. segments],
        };
    }

    /// <summary>Frees what a forward pass has derived.</summary>
    public void Dispose()
    {
        Derived?.Dispose();
        Derived = null;
    }
}
