using Ghpo.Models.Generation;
using static Ghpo.Models.Tests.Generation.GeneratorFixture;
using static TorchSharp.torch;
using Generator = Ghpo.Models.Generation.Generator;

namespace Ghpo.Models.Tests.Generation;

public class GeneratorLifecycleTests
{
    [Fact]
    public async Task A_completion_ends_with_its_stop_id_at_its_limit_or_where_the_context_is_full()
    {
        using var model = Model();
        using var generator = new Generator(model);
        var free = await generator.Sample(Request(Prompt(8), 4, 50));
        Assert.All(free, sequence => Assert.Equal((50, 50, FinishReason.Length), (sequence.Ids.Length, sequence.LogProbs.Length, sequence.Finish)));

        var stop = free[0].Ids[7];
        var stopped = await generator.Sample(Request(Prompt(8), 4, 50, sampling: new() { StopIds = [stop, 149] }));
        for (var i = 0; i < 4; i++)
        {
            var end = Array.FindIndex(free[i].Ids, id => id == stop || id == 149);
            Assert.Equal(end < 0 ? free[i].Ids : free[i].Ids[..(end + 1)], stopped[i].Ids);
            Assert.Equal(end < 0 ? FinishReason.Length : FinishReason.Stop, stopped[i].Finish);
        }

        var full = Assert.Single(await generator.Sample(Request(Prompt(500), 1, 50)));
        Assert.Equal((12, FinishReason.Length), (full.Ids.Length, full.Finish));
    }

    [Fact]
    public async Task Sequences_come_as_they_end()
    {
        using var model = Model();
        using var generator = new Generator(model);
        var all = await generator.Sample(Request(Prompt(8), 8, 60));
        var stop = all[3].Ids[2];
        List<GeneratedSequence> inOrder = [];
        await foreach (var sequence in generator.GenerateAsync(Request(Prompt(8), 8, 60, sampling: new() { StopIds = [stop] }))) inOrder.Add(sequence);
        Assert.Equal(inOrder.Select(s => s.Ids.Length).Order(), inOrder.Select(s => s.Ids.Length));
        Assert.True(inOrder[0].Ids.Length <= 3);
    }

    [Fact]
    public async Task A_small_cache_makes_requests_wait_and_all_get_through()
    {
        using var model = Model();
        using var roomy = new Generator(model);
        var blockBytes = 2 * 4 * 2 * 32 * 16 * 4;
        using var cramped = new Generator(model, new() { CacheBytes = 7 * blockBytes });
        var requests = Enumerable.Range(0, 6).Select(i => Request(Prompt(20 + (9 * i), (ulong)i), 5, 70, key: 50 * (ulong)i)).ToList();
        var expected = await Task.WhenAll(requests.Select(roomy.Sample));
        var actual = await Task.WhenAll(requests.Select(cramped.Sample));
        for (var i = 0; i < requests.Count; i++) AssertSame(expected[i], actual[i]);

        var error = Assert.Throws<ArgumentException>(() => cramped.GenerateAsync(Request(Prompt(200), 1, 300)));
        Assert.Contains("CacheBytes", error.Message);
    }

    [Fact]
    public async Task Cancelling_ends_a_request_frees_its_memory_and_leaves_the_others_alone()
    {
        using var model = Model();
        var blockBytes = 2 * 4 * 2 * 32 * 16 * 4;
        using var generator = new Generator(model, new() { CacheBytes = 40 * blockBytes });
        var other = Request(Prompt(10), 2, 60, key: 7);
        var expected = await generator.Sample(other);
        for (var round = 0; round < 20; round++)
        {
            using var cancellation = new CancellationTokenSource();
            var beside = generator.Sample(other);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                await foreach (var sequence in generator.GenerateAsync(Request(Prompt(10), 8, 400, sampling: new() { StopIds = [1, 2, 3, 4, 5] }), cancellation.Token)) cancellation.Cancel();
            });
            AssertSame(expected, await beside);
        }

        // Leaving the loop early does the same.
        await foreach (var sequence in generator.GenerateAsync(Request(Prompt(10), 8, 400, sampling: new() { StopIds = [1, 2, 3, 4, 5] }))) break;
        generator.Publish(1);
        AssertSame(expected, await generator.Sample(other));
    }

    [Fact]
    public async Task Publishing_takes_up_new_weights_and_ends_prefixes()
    {
        using var model = Model();
        using var generator = new Generator(model);
        var request = Request(Prompt(40), 3, 20);
        var before = await generator.Sample(request);
        var handle = before[0].Prefix!;
        Assert.True(handle.IsAlive);
        Assert.Equal(0, before[0].Version);

        using (no_grad()) model.Parameters["model.layers.0.mlp.up_proj.weight"].mul_(1.5);
        generator.Publish(3);
        Assert.False(handle.IsAlive);
        Assert.Equal(3, generator.Version);
        var after = await generator.Sample(request with { Extends = handle });
        Assert.Equal(0, generator.Statistics.ReusedTokens);
        Assert.All(after, sequence => Assert.Equal(3, sequence.Version));
        Assert.NotEqual(before.SelectMany(s => s.LogProbs), after.SelectMany(s => s.LogProbs));
        using var fresh = new Generator(model);
        AssertSame(await fresh.Sample(request), after);
    }

    [Fact]
    public async Task Publishing_is_refused_while_a_request_is_under_way_and_free_when_its_last_sequence_has_come()
    {
        using var model = Model();
        using var generator = new Generator(model);
        await using (var enumerator = generator.GenerateAsync(Request(Prompt(4), 2, 500, sampling: new() { StopIds = [] })).GetAsyncEnumerator())
        {
            var first = enumerator.MoveNextAsync();
            Assert.Contains("under way", Assert.Throws<InvalidOperationException>(() => generator.Publish(1)).Message);
            await first;
        }

        for (var version = 1; version <= 50; version++)
        {
            var count = 0;
            await foreach (var sequence in generator.GenerateAsync(Request(Prompt(4), 3, 5, key: (ulong)version)))
            {
                if (++count == 3) generator.Publish(version);
            }

            Assert.Equal(version, generator.Version);
        }
    }

    [Fact]
    public async Task A_disposed_handle_is_not_reused_and_an_evicted_one_does_no_harm()
    {
        using var model = Model();
        var blockBytes = 2 * 4 * 2 * 32 * 16 * 4;
        using var generator = new Generator(model, new() { CacheBytes = 8 * blockBytes });
        var first = (await generator.Sample(Request(Prompt(60), 1, 10)))[0];
        first.Prefix!.Dispose();
        await generator.Sample(Request(Prompt(60), 1, 10));
        Assert.Equal(0, generator.Statistics.ReusedTokens);
        var kept = (await generator.Sample(Request(Prompt(60), 1, 10)))[0];
        Assert.Equal(59, generator.Statistics.ReusedTokens);

        // Other prompts need the memory.
        for (ulong i = 20; i < 26; i++) await generator.Sample(Request(Prompt(90, i), 1, 40));
        Assert.False(kept.Prefix!.IsAlive);
        AssertSame([kept], await generator.Sample(Request(Prompt(60), 1, 10, extends: kept.Prefix)));
    }

    [Fact]
    public async Task Weights_that_have_diverged_are_an_error_of_the_request_not_of_the_process()
    {
        using var model = Model();
        using var generator = new Generator(model);
        using (no_grad()) model.Parameters["model.norm.weight"].fill_(float.NaN);
        generator.Publish(1);
        var error = await Assert.ThrowsAsync<ArithmeticException>(() => generator.Sample(Request(Prompt(5), 2, 5)));
        Assert.Contains("not finite", error.Message);
        using (no_grad()) model.Parameters["model.norm.weight"].fill_(1);
        generator.Publish(2);
        Assert.Equal(2, (await generator.Sample(Request(Prompt(5), 2, 5))).Length);
    }

    [Fact]
    public async Task Bad_requests_are_refused_by_name()
    {
        using var model = Model();
        using var generator = new Generator(model);
        Assert.Contains("empty", Refused(Request([], 1, 5)));
        Assert.Contains("151", Refused(Request([3, 151], 1, 5)));
        Assert.Contains("512", Refused(Request(Prompt(512), 1, 5)));
        Assert.Contains("stream keys", Refused(Request([3], 0, 5)));
        Assert.Contains("TopP", Refused(Request([3], 1, 5, sampling: new() { TopP = 2 })));
        Assert.Contains("MaxRows", Assert.Throws<ArgumentException>(() => new Generator(model, new() { MaxRows = 0 })).Message);
        Assert.Contains("CacheBytes", Assert.Throws<ArgumentException>(() => new Generator(model, new() { CacheBytes = 10 })).Message);
        generator.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => generator.Sample(Request([3], 1, 5)));

        string Refused(GenerationRequest request) => Assert.Throws<ArgumentException>(() => generator.GenerateAsync(request)).Message;
    }

    [Fact]
    public async Task Disposing_ends_what_is_under_way()
    {
        using var model = Model();
        var generator = new Generator(model);
        var under = generator.Sample(Request(Prompt(4), 8, 500));
        await Task.Delay(5);
        generator.Dispose();
        try
        {
            Assert.Equal(8, (await under).Length);
        }
        catch (ObjectDisposedException)
        {
            // It was cut short, and says so.
        }
    }
}
