using System.Collections.Concurrent;
using Ghpo.Problems;
using Ghpo.Rollouts;

namespace Ghpo.Tests.Training;

public class PromptsAheadTests
{
    [Fact]
    public void A_prepared_prompt_is_formatted_once_and_before_it_is_asked_for()
    {
        var inner = new CountingFormatter();
        var ahead = new PromptsAhead(inner);
        var problems = Scripted.Problems(4);
        ahead.Prepare([.. problems, problems[0]]);
        Assert.True(SpinWait.SpinUntil(() => inner.Asked.Count == 4, TimeSpan.FromSeconds(30)));

        foreach (var problem in problems)
            Assert.Equal(problem.Text, ahead.Format(problem, hint: null)!.Text);
        Assert.Equal(4, inner.Asked.Count);
    }

    [Fact]
    public void Hints_and_problems_that_were_not_prepared_are_formatted_when_asked_for()
    {
        var inner = new CountingFormatter();
        var ahead = new PromptsAhead(inner);
        var problems = Scripted.Problems(2);
        ahead.Prepare([problems[0]]);
        Assert.Equal("q0|abc", ahead.Format(problems[0], new Hint(0.25, 0.2, "abc"))!.Text);
        Assert.Equal("q1", ahead.Format(problems[1], hint: null)!.Text);
    }

    [Fact]
    public void What_goes_wrong_ahead_is_told_when_the_prompt_is_asked_for()
    {
        var ahead = new PromptsAhead(new FailingFormatter());
        var problem = Scripted.Problems(1)[0];
        ahead.Prepare([problem]);
        Assert.Equal("no template", Assert.Throws<InvalidDataException>(() => ahead.Format(problem, hint: null)).Message);
    }

    private sealed class CountingFormatter : IPromptFormatter
    {
        private readonly PlainFormatter _plain = new();

        public ConcurrentBag<string> Asked { get; } = [];

        public Prompt? Format(Problem problem, Hint? hint)
        {
            Asked.Add(problem.Id);
            return _plain.Format(problem, hint);
        }
    }

    private sealed class FailingFormatter : IPromptFormatter
    {
        public Prompt? Format(Problem problem, Hint? hint) => throw new InvalidDataException("no template");
    }
}
