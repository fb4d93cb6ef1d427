using System.Runtime.CompilerServices;
using Ghpo.Problems;
using Ghpo.Rollouts;

namespace Ghpo.Tests.Training;

/// <summary>Answers from a table, so that every path of guidance is deterministic. Completions arrive in an order that the seed shuffles, within and across groups.</summary>
/// <param name="correctAt">For a problem and a hint ratio: how many of the group's completions are right.</param>
/// <param name="firstRight">The index of the first of them.</param>
/// <param name="arrival">Shuffles the order of arrival.</param>
internal sealed class ScriptedEngine(Func<Problem, double, int> correctAt, ulong arrival = 0, int firstRight = 0) : IEngine
{
    private readonly Lock _lock = new();

    /// <summary>Every request, in the order in which it came.</summary>
    public List<SampleRequest> Requests { get; } = [];

    public async IAsyncEnumerable<Sampled> SampleAsync(SampleRequest request, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        lock (_lock)
            Requests.Add(request);
        var order = Enumerable.Range(request.First, request.Count).ToArray();
        var random = new KeyedRandom(arrival, request.Visit.Problem.Id, request.Stage);
        random.Shuffle<int>(order);
        var right = correctAt(request.Visit.Problem, request.Prompt.HintRatio);
        foreach (var index in order)
        {
            if (arrival > 0)
                await Task.Delay(random.Next(4), cancellation);
            var answer = index >= firstRight && index < firstRight + right ? request.Visit.Problem.Answer : "wrong";
            var text = $"<think>{request.Prompt.HintRatio}</think><answer>{answer}</answer>";
            yield return new Sampled(new Completion(request.Prompt, index, [request.Stage, index, 9], [-1, -1, -1], text, FinishReason.Stop, 0), null);
        }
    }

    public void Publish(long version)
    {
    }

    public void Dispose()
    {
    }
}

/// <summary>A prompt is the problem, and the hint behind a bar; a token a character.</summary>
internal sealed class PlainFormatter(int maxLength = int.MaxValue) : IPromptFormatter
{
    public Prompt? Format(Problem problem, Hint? hint)
    {
        var text = hint is null ? problem.Text : $"{problem.Text}|{hint.Text}";
        return text.Length <= maxLength ? new Prompt(problem, hint, text, [.. text.Select(c => (int)c)]) : null;
    }
}
