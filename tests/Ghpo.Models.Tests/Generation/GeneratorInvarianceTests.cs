using Ghpo.Models.Generation;
using static Ghpo.Models.Tests.Generation.GeneratorFixture;

namespace Ghpo.Models.Tests.Generation;

/// <summary>A completion is decided by weights, prompt, key and options alone, to the last bit.</summary>
public class GeneratorInvarianceTests
{
    public static TheoryData<string> Kinds => ["plain", "grouped", "odd", "window", "wide"];

    [Theory, MemberData(nameof(Kinds))]
    public async Task Alone_in_a_crowd_and_on_any_number_of_threads(string kind)
    {
        using var model = Model(kind);
        var request = Request(Prompt(37), 6, 45);
        GeneratedSequence[] alone;
        using (var generator = new Generator(model, new() { Threads = 1 })) alone = await generator.Sample(request);

        foreach (var options in new GeneratorOptions[]
        {
            new() { Threads = 2 }, new() { Threads = 3, MaxRows = 5 }, new() { Threads = 1, PromptTokensPerStep = 3 }, new() { Threads = 2, PromptTokensPerStep = 7, MaxRows = 1 },
        })
        {
            using var generator = new Generator(model, options);
            var crowd = Enumerable.Range(0, 7).Select(i => generator.Sample(Request(Prompt(5 + (11 * i), (ulong)i), 1 + i, 20 + i, key: 1_000 * (ulong)i))).ToList();
            var ours = generator.Sample(request);
            await Task.WhenAll(crowd);
            AssertSame(alone, await ours);
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task One_completion_by_itself_is_the_one_of_its_group(string kind)
    {
        using var model = Model(kind);
        using var generator = new Generator(model, new() { Threads = 2 });
        var group = await generator.Sample(Request(Prompt(20), 9, 33));
        for (var i = 0; i < group.Length; i++) AssertSame([group[i]], await generator.Sample(Request(Prompt(20), 1, 33, key: 100 + (ulong)i)));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Reusing_a_prefix_changes_nothing(string kind)
    {
        using var model = Model(kind);
        var longer = (int[])[.. Prompt(75), .. Prompt(30, 77)];
        GeneratedSequence[] fresh;
        using (var generator = new Generator(model, new() { Threads = 1, KeepPrefixes = false }))
        {
            fresh = await generator.Sample(Request(longer, 4, 20));
            Assert.All(fresh, sequence => Assert.Null(sequence.Prefix));
            Assert.Equal(0, generator.Statistics.ReusedTokens);
        }

        using var reusing = new Generator(model, new() { Threads = 2 });
        var first = await reusing.Sample(Request(longer[..75], 3, 20, key: 5));
        Assert.Equal(75, first[0].Prefix!.Length);
        AssertSame(fresh, await reusing.Sample(Request(longer, 4, 20, extends: first[0].Prefix)));
        Assert.Equal(75, reusing.Statistics.ReusedTokens);
        Assert.Equal(75 + 30, reusing.Statistics.PromptTokens);

        // The whole prompt is known by now: only its last token is run again.
        AssertSame(fresh, await reusing.Sample(Request(longer, 4, 20)));
        Assert.Equal(75 + 104, reusing.Statistics.ReusedTokens);

        // A prompt that parts from the kept one inside a block.
        var parting = (int[])[.. longer[..40], .. Prompt(9, 3)];
        var parted = await reusing.Sample(Request(parting, 2, 20, extends: first[0].Prefix));
        Assert.Equal(75 + 104 + longer.AsSpan().CommonPrefixLength(parting), reusing.Statistics.ReusedTokens);
        using var other = new Generator(model, new() { Threads = 1 });
        AssertSame(await other.Sample(Request(parting, 2, 20)), parted);
    }

    [Fact]
    public async Task Sampling_options_of_other_requests_do_not_leak()
    {
        using var model = Model();
        using var generator = new Generator(model, new() { Threads = 2 });
        SamplingOptions[] options = [new(), new() { Temperature = 0 }, new() { TopK = 3, RepetitionPenalty = 1.4 }, new() { TopP = 0.5, MinP = 0.01, Temperature = 0.8 }];
        List<GeneratedSequence[]> alone = [];
        foreach (var option in options) alone.Add(await generator.Sample(Request(Prompt(12), 3, 30, sampling: option)));
        var together = await Task.WhenAll(options.Select(option => generator.Sample(Request(Prompt(12), 3, 30, sampling: option))));
        for (var i = 0; i < options.Length; i++) AssertSame(alone[i], together[i]);
        Assert.All(alone[1], sequence => Assert.Equal(alone[1][0].Ids, sequence.Ids));
    }
}
