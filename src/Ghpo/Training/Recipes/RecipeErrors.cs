namespace Ghpo.Training.Recipes;

/// <summary>One thing that is wrong with a recipe, or with an override of it.</summary>
/// <param name="Place">Where it stands: <c>file:line:column</c>, a file, or <c>--set key=value</c>.</param>
/// <param name="Key">The full path of the key (<c>optimization.learning_rate</c>), empty where no key is concerned.</param>
/// <param name="Message">What was expected, what was found, and the nearest known key where there is one.</param>
public sealed record RecipeError(string Place, string Key, string Message)
{
    /// <summary>The error as one line to print.</summary>
    public override string ToString() => Key.Length == 0 ? $"{Place}: {Message}" : $"{Place}: {Key}: {Message}";
}

/// <summary>A recipe that cannot be used. The message holds every error, one a line, and can be printed as is.</summary>
public sealed class RecipeException : Exception
{
    /// <summary>Creates the exception from all that was found.</summary>
    /// <param name="errors">At least one error.</param>
    public RecipeException(IReadOnlyList<RecipeError> errors)
        : base(string.Join('\n', errors)) => Errors = errors;

    /// <summary>Every error of the recipe, in the order of the reading.</summary>
    public IReadOnlyList<RecipeError> Errors { get; }
}

/// <summary>A rule across several keys that a record of a recipe breaks.</summary>
/// <param name="Key">The path of the key to blame, from the record that reports it (<c>hint_ratios</c>, <c>stages[1].steps</c>; empty: the record itself).</param>
/// <param name="Message">What was expected and what to do.</param>
public sealed record RecipeProblem(string Key, string Message);

/// <summary>A record of a recipe with rules across several keys. They are asked once the record's own keys are all right.</summary>
public interface IValidated
{
    /// <summary>The rules that are broken; none: the record is valid.</summary>
    IEnumerable<RecipeProblem> Validate();
}

/// <summary>
/// Marks a list of records whose elements inherit: each element's sections (nested records) are merged, key by key, over
/// the sections of the same name beside the list.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class InheritsSectionsAttribute : Attribute
{
    /// <summary>The elements stand beside the top level, which is used as well; else they stand for it.</summary>
    public bool Beside { get; init; }
}

/// <summary>Collects errors; the same message about the same place (a section that several phases inherit) counts once.</summary>
internal sealed class RecipeErrors
{
    private readonly List<(Place Place, RecipeError Error)> _errors = [];
    private readonly HashSet<(Place, string)> _seen = [];

    public int Count => _errors.Count;

    public void Add(Place place, string key, string message)
    {
        // "--set a.b=1: a.b: …" would say the key twice.
        var said = place.Source.StartsWith($"--set {key}=", StringComparison.Ordinal);
        if (_seen.Add((place, message)))
            _errors.Add((place, new(place.ToString(), said ? "" : key, message)));
    }

    /// <summary>Throws all errors: the files in the order in which they were met, each from top to bottom.</summary>
    public void ThrowIfAny()
    {
        if (_errors.Count == 0)
            return;
        var sources = _errors.Select(error => error.Place.Source).Distinct().ToList();
        throw new RecipeException([.. _errors
            .OrderBy(error => sources.IndexOf(error.Place.Source))
            .ThenBy(error => error.Place.Line)
            .ThenBy(error => error.Place.Column)
            .Select(error => error.Error)]);
    }
}
