namespace Ghpo.Training.Recipes;

/// <summary>
/// Reads a recipe, a YAML file, into immutable records. A property <c>NumGenerations</c> is the key <c>num_generations</c>;
/// its initialiser is the default, its <c>[Description]</c> the documentation, <c>[Range]</c> and its like the limits;
/// enums are written in kebab-case or as <c>[JsonStringEnumMemberName]</c> says. Nothing is guessed: an unknown key, a wrong
/// type or a value out of range is an error, and all errors come at once.
/// </summary>
public static class RecipeReader
{
    /// <summary>Reads a recipe file, with what it extends, and applies overrides.</summary>
    /// <typeparam name="TRecipe">A record with a constructor without parameters; nested records are the sections.</typeparam>
    /// <param name="path">The file.</param>
    /// <param name="overrides">Overrides <c>key=value</c>, later ones win.</param>
    /// <param name="over">Files whose keys are laid over the recipe's, later ones win; below the overrides.</param>
    /// <exception cref="RecipeException">The file cannot be read or anything in it is wrong.</exception>
    public static TRecipe Read<TRecipe>(string path, IReadOnlyList<string>? overrides = null, IReadOnlyList<string>? over = null)
        where TRecipe : class
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var errors = new RecipeErrors();
        var map = RecipeFile.Read(path, errors);
        foreach (var file in over ?? [])
            map = RecipeFile.Read(file, errors) is { } upper ? map?.MergedWith(upper) : null;
        return Bind<TRecipe>(map, overrides ?? [], errors);
    }

    /// <summary>Reads a recipe from its text.</summary>
    /// <typeparam name="TRecipe">A record with a constructor without parameters; nested records are the sections.</typeparam>
    /// <param name="yaml">The text.</param>
    /// <param name="name">What errors call the text; a recipe that it extends is looked for beside this path.</param>
    /// <param name="overrides">Overrides <c>key=value</c>, later ones win.</param>
    /// <exception cref="RecipeException">Anything in the text is wrong.</exception>
    public static TRecipe Parse<TRecipe>(string yaml, string name = "recipe.yaml", IReadOnlyList<string>? overrides = null)
        where TRecipe : class
    {
        ArgumentNullException.ThrowIfNull(yaml);
        var errors = new RecipeErrors();
        return Bind<TRecipe>(RecipeFile.Parse(yaml, name, errors), overrides ?? [], errors);
    }

    private static TRecipe Bind<TRecipe>(MapNode? map, IReadOnlyList<string> overrides, RecipeErrors errors)
        where TRecipe : class
    {
        if (map is null)
        {
            errors.ThrowIfAny();
            throw new InvalidOperationException("a recipe without content must have been reported");
        }

        var shape = Shape.Of(typeof(TRecipe));
        map = new Overrides(shape, errors).Apply(map, overrides);
        var recipe = new Binder(errors).BindRecord(map, shape, "");
        errors.ThrowIfAny();
        return (TRecipe)recipe;
    }
}
