using System.Text.Json.Nodes;
using Ghpo.Problems;

namespace Ghpo.Guidance;

/// <summary>Numbers by name, saved in one order whatever the order of arrival.</summary>
internal sealed class Estimates
{
    private readonly SortedDictionary<string, double> _values = new(StringComparer.Ordinal);

    /// <summary>The class of problems that share an estimate: those of one level.</summary>
    public static string ClassOf(Problem problem) => problem.Level is { } level ? $"level {level}" : "no level";

    public double? Find(string name) => _values.TryGetValue(name, out var value) ? value : null;

    public void Set(string name, double value) => _values[name] = value;

    public void Forget(string name) => _values.Remove(name);

    public JsonObject Save()
    {
        var state = new JsonObject();
        foreach (var (name, value) in _values)
            state[name] = value;
        return state;
    }

    public void Restore(JsonNode? state)
    {
        _values.Clear();
        foreach (var (name, value) in state?.AsObject() ?? [])
            _values[name] = (double)value!;
    }
}
