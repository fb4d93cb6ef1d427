using System.Runtime.CompilerServices;
using Ghpo.Models.Generation;
using Ghpo.Models.Tokenization;
using Ghpo.Problems;

namespace Ghpo.Rollouts;

/// <summary>The engine in process: a generator on the very weights that are trained.</summary>
public sealed class LocalEngine : IEngine
{
    private readonly Generator _generator;
    private readonly Tokenizer _tokenizer;
    private readonly SamplingOptions _sampling;
    private readonly ulong _seed;

    /// <summary>Samples with one set of options; <paramref name="seed"/> begins the key of every random stream.</summary>
    public LocalEngine(Generator generator, Tokenizer tokenizer, SamplingOptions sampling, ulong seed) =>
        (_generator, _tokenizer, _sampling, _seed) = (generator, tokenizer, sampling, seed);

    /// <inheritdoc/>
    public async IAsyncEnumerable<Sampled> SampleAsync(SampleRequest request, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var generation = new GenerationRequest
        {
            Prompt = request.Prompt.Ids,
            Sampling = _sampling,
            StreamKeys = [.. Enumerable.Range(request.First, request.Count).Select(i => KeyedRandom.KeyOf(_seed, request.Visit.Problem.Id, request.Visit.Number, request.Stage, i))],
            Extends = (request.Extends as Prefix)?.Handle,
        };
        await foreach (var sequence in _generator.GenerateAsync(generation, cancellation).ConfigureAwait(false))
        {
            var finish = sequence.Finish == Models.Generation.FinishReason.Stop ? FinishReason.Stop : FinishReason.Length;
            var completion = new Completion(
                request.Prompt, request.First + sequence.Index, sequence.Ids, sequence.LogProbs, _tokenizer.Decode(sequence.Ids, skipSpecialTokens: true), finish, sequence.Version);
            yield return new Sampled(completion, sequence.Prefix is { } handle ? new Prefix(handle) : null);
        }
    }

    /// <inheritdoc/>
    public void Publish(long version) => _generator.Publish(version);

    /// <inheritdoc/>
    public void Dispose() => _generator.Dispose();

    private sealed record Prefix(PrefixHandle Handle) : IPrefix
    {
        public void Dispose() => Handle.Dispose();
    }
}
