using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Ghpo.Models.Generation.Scheduling;

/// <summary>
/// Continuous batching, on one thread: each step runs what prompts are waiting and one token of every completion under way; finished rows leave at once
/// and the next ones in line take their place.
/// </summary>
internal sealed class Scheduler(Generator generator, IDecoder decoder, GeneratorOptions options, BlockPool pool)
{
    private readonly LinkedList<GroupState> _groups = [];
    private readonly LinkedList<PrefixHandle> _kept = [];
    private readonly List<StepRow> _rows = [];
    private readonly List<CompletionState> _running = [];
    private int _reserved;
    private int _keptBlocks;

    /// <summary>Whether a step would do anything.</summary>
    public bool HasWork => _groups.Count > 0;

    public long Version { get; private set; }

    public GeneratorStatistics Statistics { get; private set; } = new();

    /// <summary>Puts a group at the end of the line.</summary>
    public void Submit(GroupState group) => _groups.AddLast(group);

    /// <summary>Drops a group that nobody waits for any more.</summary>
    public void Cancel(GroupState group)
    {
        if (_groups.Remove(group)) End(group);
    }

    /// <summary>Ends every group with an error.</summary>
    public void FailAll(Exception failure)
    {
        foreach (var group in _groups.ToArray())
        {
            group.Failure = failure;
            Cancel(group);
        }
    }

    /// <summary>Takes up new weights; nothing may be under way.</summary>
    public void Publish(long version)
    {
        while (_kept.First is { } first) Evict(first.Value);
        decoder.Refresh();
        Version = version;
    }

    /// <summary>Gives a handle's memory back.</summary>
    public void Evict(PrefixHandle handle)
    {
        handle.Kill();
        if (!handle.IsKept) return;
        handle.IsKept = false;
        _kept.Remove(handle);
        _keptBlocks -= handle.Chain.Blocks.Length;
        handle.Chain.Clear();
    }

    /// <summary>One step of the model.</summary>
    public void Step()
    {
        _rows.Clear();
        Admit();
        var promptTokens = Assemble();
        var start = Stopwatch.GetTimestamp();
        decoder.Step(CollectionsMarshal.AsSpan(_rows));
        Count(promptTokens, Stopwatch.GetElapsedTime(start).TotalSeconds);
        Settle();
    }

    /// <summary>
    /// Lets groups and completions in, strictly in order. A group comes in with its prompt and one completion, so that whatever is in can be finished.
    /// </summary>
    private void Admit()
    {
        foreach (var group in _groups)
        {
            if (group.Prefix is null)
            {
                if (_running.Count >= options.MaxRows || !Reserve(group.PromptBlocks + group.CompletionBlocks)) return;
                group.HasSpareBlocks = true;
                BeginPrompt(group);
            }

            if (!group.IsPromptDone) continue;
            foreach (var completion in group.Completions)
            {
                if (completion.Own is not null || completion.IsFinished) continue;
                if (_running.Count >= options.MaxRows || !(group.HasSpareBlocks || Reserve(group.CompletionBlocks))) return;
                group.HasSpareBlocks = false;
                completion.Own = new(pool);
                _running.Add(completion);
            }
        }
    }

    private bool Reserve(int blocks)
    {
        while (_reserved + blocks + _keptBlocks > pool.Capacity && _kept.First is { } longestUnused) Evict(longestUnused.Value);
        if (_reserved + blocks + _keptBlocks > pool.Capacity) return false;
        _reserved += blocks;
        return true;
    }

    /// <summary>Begins a prompt's cache with what an earlier prompt has in common with it; the last token is always computed, for its logits.</summary>
    private void BeginPrompt(GroupState group)
    {
        var prompt = group.Request.Prompt;
        group.Prefix = new(pool);
        PrefixHandle? best = null;
        var common = 0;
        if (group.Request.Extends is { IsAlive: true } extended && extended.BelongsTo(generator)) Consider(extended);
        if (best is null)
        {
            foreach (var handle in _kept) Consider(handle);
        }

        if (best is null) return;
        group.Prefix.BeginAs(best.Chain, common, decoder);
        Statistics = Statistics with { ReusedTokens = Statistics.ReusedTokens + common };
        if (_kept.Remove(best)) _kept.AddLast(best);

        void Consider(PrefixHandle handle)
        {
            var same = Math.Min(handle.Ids.AsSpan().CommonPrefixLength(prompt), prompt.Length - 1);
            if (same > common && handle.Chain.Length >= same) (best, common) = (handle, same);
        }
    }

    /// <summary>Lists the rows of a step: prompts up to the limit, and every running completion behind those of the same prompt. Returns the prompt tokens.</summary>
    private int Assemble()
    {
        var left = options.PromptTokensPerStep;
        foreach (var group in _groups)
        {
            if (group.Prefix is not { } prefix || group.IsPromptDone) continue;
            var prompt = group.Request.Prompt;
            for (; left > 0 && prefix.Length < prompt.Length; left--)
            {
                var position = prefix.Length;
                prefix.Grow();
                _rows.Add(new() { Token = prompt[position], Position = position, Prefix = prefix, PrefixLength = position + 1, Target = position == prompt.Length - 1 ? group : null });
            }
        }

        foreach (var completion in _running)
        {
            var (own, group) = (completion.Own!, completion.Group);
            own.Grow();
            var length = group.Request.Prompt.Length;
            _rows.Add(new() { Token = completion.LastId, Position = length + own.Length - 1, Prefix = group.Prefix!, PrefixLength = length, Own = own, OwnLength = own.Length, Target = completion });
        }

        return options.PromptTokensPerStep - left;
    }

    private void Count(int promptTokens, double seconds)
    {
        var share = (double)promptTokens / _rows.Count;
        var sampled = _rows.Sum(row => row.Target is GroupState group ? group.Completions.Length : row.Target is null ? 0 : 1);
        Statistics = Statistics with
        {
            PromptTokens = Statistics.PromptTokens + promptTokens,
            SampledTokens = Statistics.SampledTokens + sampled,
            Steps = Statistics.Steps + 1,
            PromptSeconds = Statistics.PromptSeconds + seconds * share,
            SampleSeconds = Statistics.SampleSeconds + seconds * (1 - share),
        };
    }

    /// <summary>Looks at the tokens that were drawn: hands over what has ended.</summary>
    private void Settle()
    {
        for (var node = _groups.First; node is not null;)
        {
            var (group, next) = (node.Value, node.Next);
            if (group.Prefix is { } prefix)
            {
                if (!group.IsPromptDone && prefix.Length == group.Request.Prompt.Length)
                {
                    group.IsPromptDone = true;
                    if (options.KeepPrefixes) group.Handle = new(generator, group.Request.Prompt, prefix, Version);
                }

                if (group.Failure is null && group.IsPromptDone) Settle(group);
                if (group.Failure is not null || group.Finished == group.Completions.Length) _groups.Remove(node);
                if (group.Failure is not null) End(group);
            }

            node = next;
        }
    }

    private void Settle(GroupState group)
    {
        var sampling = group.Request.Sampling;
        foreach (var completion in group.Completions)
        {
            if (completion.IsFinished || !completion.IsNew) continue;
            if (!Tell(group, completion)) return;
            var isStopped = sampling.StopIds.Contains(completion.LastId);
            if (!isStopped && completion.Count < group.LongestCompletion) continue;
            Leave(completion);
            completion.IsFinished = true;
            group.Finished++;

            // Nothing may be left to do when the last one is handed over: its reader may publish new weights at once.
            var result = completion.Result(isStopped ? FinishReason.Stop : FinishReason.Length, Version);
            if (group.Finished == group.Completions.Length) End(group, result);
            else group.Deliver(result);
        }
    }

    private static bool Tell(GroupState group, CompletionState completion)
    {
        completion.IsNew = false;
        try
        {
            group.Request.OnToken?.Invoke(completion.Index, completion.LastId);
            return true;
        }
        catch (Exception failure)
        {
            group.Failure = failure;
            return false;
        }
    }

    private void Leave(CompletionState completion)
    {
        if (completion.Own is not { } own) return;
        own.Clear();
        completion.Own = null;
        _running.Remove(completion);
        _reserved -= completion.Group.CompletionBlocks;
    }

    /// <summary>Gives back all that a group has, or keeps its prompt, and tells its reader.</summary>
    private void End(GroupState group, GeneratedSequence? last = null)
    {
        foreach (var completion in group.Completions) Leave(completion);
        if (group.Prefix is { } prefix)
        {
            if (group.HasSpareBlocks) _reserved -= group.CompletionBlocks;
            _reserved -= group.PromptBlocks;
            if (group.Handle is { IsAlive: true } handle && group.Failure is null)
            {
                handle.IsKept = true;
                _kept.AddLast(handle);
                _keptBlocks += prefix.Blocks.Length;
            }
            else
            {
                group.Handle?.Kill();
                prefix.Clear();
            }
        }

        generator.Leave();
        if (last is not null) group.Deliver(last);
        group.Release();
    }
}
