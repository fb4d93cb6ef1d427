using Ghpo.Problems;

namespace Ghpo.Rollouts;

/// <summary>Formats the plain prompts of problems before their turn comes, beside whatever else runs; what they are does not depend on it.</summary>
internal sealed class PromptsAhead(IPromptFormatter formatter) : IPromptFormatter
{
    private IReadOnlyDictionary<Problem, Task<Prompt?>> _ready = new Dictionary<Problem, Task<Prompt?>>();

    /// <summary>Begins with the prompts of these problems; those prepared before are forgotten.</summary>
    public void Prepare(IEnumerable<Problem> problems) =>
        _ready = problems.Distinct<Problem>(ReferenceEqualityComparer.Instance)
            .ToDictionary<Problem, Problem, Task<Prompt?>>(problem => problem, problem => Task.Run(() => formatter.Format(problem, hint: null)), ReferenceEqualityComparer.Instance);

    /// <inheritdoc/>
    public Prompt? Format(Problem problem, Hint? hint) =>
        hint is null && _ready.TryGetValue(problem, out var prompt) ? prompt.GetAwaiter().GetResult() : formatter.Format(problem, hint);
}
