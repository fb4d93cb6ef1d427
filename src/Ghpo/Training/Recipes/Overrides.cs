namespace Ghpo.Training.Recipes;

/// <summary>
/// Overrides of the form <c>key=value</c>. A key is a full path (<c>optimization.learning_rate</c>, <c>phases[1].steps</c>)
/// or the bare name of a key in a top-level section, where only one section has it. A value is YAML.
/// </summary>
internal sealed class Overrides(Shape shape, RecipeErrors errors)
{
    private readonly object _defaults = shape.Create();

    public MapNode Apply(MapNode recipe, IReadOnlyList<string> overrides)
    {
        foreach (var text in overrides)
        {
            var place = new Place($"--set {text}");
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
                errors.Add(place, "", "expected key=value, as in optimization.learning_rate=1e-6");
            else if (Resolve(text[..equals].Trim(), recipe, place) is { } path && HasEffect(path, recipe, place))
                recipe = SetIn(recipe, shape, _defaults, KeyPath.Split(path), "", text[(equals + 1)..], place) as MapNode ?? recipe;
        }

        return recipe;
    }

    /// <summary>The full path that a key means, or null (reported).</summary>
    private string? Resolve(string key, MapNode recipe, Place place)
    {
        if (key.Contains('.', StringComparison.Ordinal) || key.Contains('[', StringComparison.Ordinal) || shape.Keys.Any(known => known.Name == key))
            return key;
        var paths = Leaves(shape, "").ToList();
        var candidates = paths.Where(path => Leaf(path) == key).ToList();
        if (candidates.Count == 0)
        {
            var inElements = ElementPaths(recipe).ToList();
            candidates = [.. inElements.Where(path => Leaf(path) == key)];
            paths.AddRange(inElements);
        }

        if (candidates.Count == 1)
            return candidates[0];
        if (candidates.Count > 1)
        {
            errors.Add(place, "", $"several keys have this name; say which: {string.Join(", ", candidates)}");
            return null;
        }

        var names = paths.Select(Leaf).Concat(shape.Keys.Select(known => known.Name)).Distinct();
        var nearest = Names.Nearest(key, names);
        var meant = nearest is null ? [] : paths.Where(path => Leaf(path) == nearest).DefaultIfEmpty(nearest).ToList();
        errors.Add(place, "", nearest is null ? "no key has this name; --print shows all keys" : $"unknown key; did you mean {string.Join(" or ", meant)}?");
        return null;
    }

    /// <summary>A key of a section that every phase sets for itself would be changed in vain.</summary>
    private bool HasEffect(string path, MapNode recipe, Place place)
    {
        var first = KeyPath.Split(path)[0].Name;
        if (KeyPath.Split(path).Count == 1 || shape.Keys.FirstOrDefault(key => key.Name == first) is not { IsSection: true } section)
            return true;
        var lists = shape.Keys.Where(key => key.InheritsSections && key.Shape.Element.Keys.Any(inner => inner.Name == first && inner.Shape == section.Shape))
            .Select(key => (Key: key, Items: (recipe.Find(key.Name)?.Value as ListNode)?.Items ?? [])).ToList();
        if (!lists.Any(list => list.Key.ReplacesSections && list.Items.Count > 0) || !lists.All(list => list.Items.All(item => Sets(item, path))))
            return true;
        var own = lists.SelectMany(list => list.Items.Select((_, i) => $"{list.Key.Name}[{i}].{path}"));
        errors.Add(place, path, $"this would change nothing, for each of {string.Join(" and ", lists.Where(list => list.Items.Count > 0).Select(list => list.Key.Name))} sets the key itself; set {string.Join(" or ", own)}");
        return false;
    }

    private static bool Sets(RecipeNode node, string path)
    {
        foreach (var step in KeyPath.Split(path))
        {
            if ((node as MapNode)?.Find(step.Name) is not { } entry)
                return false;
            node = entry.Value;
        }

        return true;
    }

    private RecipeNode? SetIn(RecipeNode? node, Shape here, object? fallback, IReadOnlyList<KeyStep> steps, string path, string text, Place place)
    {
        if (steps.Count == 0)
            return Value(node, here, text, place);
        if (here.Kind is not (ShapeKind.Record or ShapeKind.Dictionary))
        {
            errors.Add(place, "", $"{path} is {Expectation.Describe(here, [])} and has no keys");
            return node;
        }

        node ??= here.Kind == ShapeKind.Dictionary && fallback is not null ? RecipeValues.ToNode(fallback, here) : new MapNode(place, []);
        if (node is not MapNode map)
            return node; // The reader reports that a mapping was expected here.
        var step = steps[0];
        if (here.Kind == ShapeKind.Dictionary)
        {
            var entry = SetIn(map.Find(step.Name)?.Value, here.Element, null, [.. steps.Skip(1)], KeyPath.Join(path, step.Name), text, place);
            return entry is null ? map : map.With(new(step.Name, place, entry));
        }

        if (here.Keys.FirstOrDefault(known => known.Name == step.Name) is not { } key)
        {
            var known = here.Keys.Select(key => key.Name).ToList();
            var hint = Names.Nearest(step.Name, known) is { } nearest ? $"did you mean {KeyPath.Join(path, nearest)}?" : $"known in {(path.Length == 0 ? "a recipe" : path)}: {string.Join(", ", known)}";
            errors.Add(place, "", $"unknown key {KeyPath.Join(path, step.Name)}; {hint}");
            return map;
        }

        var old = map.Find(key.Name);
        var value = SetAt(old?.Value, key.Shape, fallback is null ? null : key.Get(fallback), step.Indices, [.. steps.Skip(1)], KeyPath.Join(path, key.Name), text, place);
        return value is null ? map : map.With(new(key.Name, old?.KeyPlace ?? place, value));
    }

    private RecipeNode? SetAt(RecipeNode? node, Shape here, object? fallback, IReadOnlyList<int> indices, IReadOnlyList<KeyStep> steps, string path, string text, Place place)
    {
        if (indices.Count == 0)
            return SetIn(node, here, fallback, steps, path, text, place);
        if (here.Kind != ShapeKind.List)
        {
            errors.Add(place, "", $"{path} is {Expectation.Describe(here, [])}, not a list");
            return null;
        }

        node ??= fallback is null ? new ListNode(place, []) : RecipeValues.ToNode(fallback, here);
        if (node is not ListNode list)
            return null;
        if (indices[0] >= list.Items.Count)
        {
            errors.Add(place, "", list.Items.Count == 0 ? $"{path} is empty" : $"{path} has the elements 0 to {list.Items.Count - 1}");
            return null;
        }

        var items = list.Items.ToArray();
        items[indices[0]] = SetAt(items[indices[0]], here.Element, null, [.. indices.Skip(1)], steps, $"{path}[{indices[0]}]", text, place) ?? items[indices[0]];
        return list with { Items = items };
    }

    private RecipeNode? Value(RecipeNode? old, Shape here, string text, Place place)
    {
        var value = YamlText.ReadValue(text, place);
        // A text may hold ": " or "# "; it need not be quoted twice for YAML and for the shell.
        if (here.Kind == ShapeKind.Text && value is not ScalarNode)
            return new ScalarNode(place, text, Quoted: true);
        if (value is null)
        {
            errors.Add(place, "", "the value is not valid YAML");
            return old;
        }

        return old is not null && here.Kind == ShapeKind.Record ? RecipeNode.Merge(old, value) : value;
    }

    private static string Leaf(string path) => path[(path.LastIndexOf('.') + 1)..];

    /// <summary>The full paths of all keys in sections, down to those that are no sections.</summary>
    private static IEnumerable<string> Leaves(Shape shape, string path) => shape.Keys.SelectMany(key => key.IsSection
        ? Leaves(key.Shape, KeyPath.Join(path, key.Name)).Prepend(KeyPath.Join(path, key.Name))
        : [KeyPath.Join(path, key.Name)]);

    /// <summary>The keys that only the elements of a list such as the phases have.</summary>
    private IEnumerable<string> ElementPaths(MapNode recipe) =>
        from list in shape.Keys
        where list.InheritsSections
        from i in Enumerable.Range(0, (recipe.Find(list.Name)?.Value as ListNode)?.Items.Count ?? 0)
        from key in list.Shape.Element.Keys
        where !shape.Keys.Any(section => section.IsSection && section.Name == key.Name)
        from path in key.IsSection ? Leaves(key.Shape, $"{list.Name}[{i}].{key.Name}") : [$"{list.Name}[{i}].{key.Name}"]
        select path;
}
