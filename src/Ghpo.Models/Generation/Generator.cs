using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Ghpo.Models.Generation.Cpu;
using Ghpo.Models.Generation.Scheduling;
using Ghpo.Models.Generation.Torch;
using Ghpo.Models.Native;
using Ghpo.Models.Transformer;
using TorchSharp;

namespace Ghpo.Models.Generation;

/// <summary>
/// Samples completions from a model. Any number of callers at once share one continuous batch on a thread of its own; each prompt goes through the model
/// once for all its completions.
/// </summary>
/// <remarks>
/// On the CPU a completion is decided by the weights, the prompt, its stream key and the sampling options alone, bit for bit: not by the other requests,
/// their order, the number of threads or the reuse of caches. The generator reads the model's own memory, or copies of it made after a publication: change weights only while nothing is under
/// way, then call <see cref="Publish"/>; in between, old and new ones would mix.
/// </remarks>
public sealed class Generator : IDisposable
{
    private readonly CausalLM _model;
    private readonly IDecoder _decoder;
    private readonly Scheduler _scheduler;
    private readonly ConcurrentQueue<Action> _inbox = new();
    private readonly SemaphoreSlim _mail = new(0);
    private readonly Thread _thread;
    private readonly Lock _door = new();
    private readonly int _capacity;
    private readonly int _context;
    private int _inFlight;
    private volatile bool _isStopping;
    private volatile GeneratorStatistics _statistics = new();

    /// <summary>Starts a generator on a model's weights; they must outlive it. Their version is 0 until <see cref="Publish"/>.</summary>
    /// <exception cref="ArgumentException">An option is out of range, or the cache would not hold a single block of tokens.</exception>
    public Generator(CausalLM model, GeneratorOptions? options = null)
    {
        options ??= new();
        options.Validate();
        LibTorch.EnsureLoaded();
        _model = model;
        _decoder = CreateDecoder(model, options);
        var bytes = options.CacheBytes > 0 ? options.CacheBytes : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;
        _capacity = (int)Math.Min(bytes / _decoder.BlockBytes, 1 << 24);
        var rotary = model.Config.Rotary;
        _context = rotary.Scaling == RotaryScaling.Dynamic ? Math.Min(model.Config.ContextLength, rotary.OriginalContextLength) : model.Config.ContextLength;
        if (_capacity < 2)
        {
            _decoder.Dispose();
            throw new ArgumentException($"generation: CacheBytes is {bytes}; expected at least {2 * _decoder.BlockBytes}, which holds {2 * BlockPool.BlockTokens} tokens of this model");
        }

        _scheduler = new(this, _decoder, options, new BlockPool(_decoder, _capacity));
        _thread = new Thread(Work) { IsBackground = true, Name = "ghpo generator" };
        _thread.Start();
    }

    private static IDecoder CreateDecoder(CausalLM model, GeneratorOptions options) => model.Device.type == DeviceType.CPU && !options.UsesTorch
        ? new CpuDecoder(model, options.Threads > 0 ? options.Threads : torch.get_num_threads())
        : new CachedTorchDecoder(model);

    /// <summary>What was done so far, as of the last step.</summary>
    public GeneratorStatistics Statistics => _statistics;

    /// <summary>The version of the weights that new requests are sampled with.</summary>
    public long Version { get; private set; }

    /// <summary>
    /// Samples the completions of a request; they come as they end, in any order. The request is under way from the first <c>MoveNextAsync</c> on; leaving the enumeration early, or
    /// cancelling, ends its rows and frees their memory before control returns.
    /// </summary>
    /// <exception cref="ArgumentException">The prompt is empty, holds an id outside the vocabulary or leaves no room in the context; there are no stream keys; a sampling
    /// option is out of range; or the cache can never hold the prompt and one completion.</exception>
    /// <exception cref="ArithmeticException">The model's logits are not finite (while enumerating).</exception>
    public IAsyncEnumerable<GeneratedSequence> GenerateAsync(GenerationRequest request, CancellationToken ct = default)
    {
        ObjectDisposedException.ThrowIf(_isStopping, this);
        var (prompt, sampling) = (request.Prompt, request.Sampling);
        sampling.Validate();
        if (prompt.Length == 0) throw new ArgumentException("the prompt is empty; the model needs at least one token to begin with");
        if (request.StreamKeys.Count == 0) throw new ArgumentException("the request has no stream keys; each is one completion");
        foreach (var id in prompt)
        {
            if ((uint)id >= (uint)_model.Config.VocabularySize) throw new ArgumentException($"the prompt holds the id {id}; the model's vocabulary has {_model.Config.VocabularySize} ids");
        }

        if (prompt.Length >= _context) throw new ArgumentException($"the prompt has {prompt.Length} tokens, which leaves no room in the model's context of {_context}");
        var group = new GroupState(request, Math.Min(sampling.MaxNewTokens, _context - prompt.Length));
        if (group.PromptBlocks + group.CompletionBlocks > _capacity)
        {
            throw new ArgumentException($"a prompt of {prompt.Length} tokens and a completion of {group.LongestCompletion} need {(group.PromptBlocks + group.CompletionBlocks) * _decoder.BlockBytes} bytes " +
                $"of cache; there are {_capacity * _decoder.BlockBytes}: raise GeneratorOptions.CacheBytes or lower MaxNewTokens");
        }

        return Run(group, ct);
    }

    /// <summary>
    /// Says that the weights have changed: derived forms are rebuilt, kept prefixes die, and what is sampled from now on carries this version.
    /// Does not wait: requests must have ended.
    /// </summary>
    /// <exception cref="InvalidOperationException">Requests are under way: they would mix old and new weights.</exception>
    public void Publish(long version)
    {
        lock (_door)
        {
            ObjectDisposedException.ThrowIf(_isStopping, this);
            if (_inFlight > 0) throw new InvalidOperationException($"{_inFlight} requests are under way: their completions would mix old and new weights; publish when they have ended");
            using var done = new ManualResetEventSlim();
            Exception? failure = null;
            Post(() =>
            {
                try
                {
                    _scheduler.Publish(version);
                }
                catch (Exception error)
                {
                    failure = error;
                }

                done.Set();
            });
            done.Wait();
            if (failure is not null) throw new InvalidOperationException("the new weights could not be taken up: " + failure.Message, failure);
            Version = version;
        }
    }

    internal void Release(PrefixHandle handle)
    {
        if (!_isStopping) Post(() => _scheduler.Evict(handle));
    }

    /// <summary>A request has ended; called before its reader learns of it.</summary>
    internal void Leave()
    {
        _statistics = _scheduler.Statistics;
        Interlocked.Decrement(ref _inFlight);
    }

    private async IAsyncEnumerable<GeneratedSequence> Run(GroupState group, [EnumeratorCancellation] CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        lock (_door)
        {
            ObjectDisposedException.ThrowIf(_isStopping, this);
            Interlocked.Increment(ref _inFlight);
            Post(() => _scheduler.Submit(group));
        }

        try
        {
            await foreach (var sequence in group.Results.ReadAllAsync(ct).ConfigureAwait(false)) yield return sequence;
        }
        finally
        {
            if (!group.Released.IsCompleted)
            {
                Post(() => _scheduler.Cancel(group));
                await group.Released.ConfigureAwait(false);
            }
        }
    }

    private void Post(Action message)
    {
        _inbox.Enqueue(message);
        _mail.Release();
    }

    private void Work()
    {
        while (true)
        {
            if (!_scheduler.HasWork) _mail.Wait();
            while (_inbox.TryDequeue(out var message)) message();
            while (_mail.CurrentCount > 0 && _inbox.IsEmpty) _mail.Wait(0);
            if (_isStopping)
            {
                // A request may have come in just before the door was closed.
                while (_inbox.TryDequeue(out var message)) message();
                _scheduler.FailAll(new ObjectDisposedException(nameof(Generator), "the generator was disposed while requests were under way"));
                return;
            }

            if (!_scheduler.HasWork) continue;
            try
            {
                _scheduler.Step();
            }
            catch (Exception failure)
            {
                // Out of memory, for one: whoever waits must hear of it, and the generator goes on with the next request.
                _scheduler.FailAll(failure);
            }

            _statistics = _scheduler.Statistics;
        }
    }

    /// <summary>Ends what is under way with an <see cref="ObjectDisposedException"/> and frees the memory; the model stays.</summary>
    public void Dispose()
    {
        if (_isStopping) return;
        lock (_door) _isStopping = true;
        _mail.Release();
        _thread.Join();
        _decoder.Dispose();
    }
}
