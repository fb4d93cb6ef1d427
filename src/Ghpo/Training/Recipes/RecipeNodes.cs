namespace Ghpo.Training.Recipes;

/// <summary>Where a value was written: a file with line and column (from 1), or an override (line 0).</summary>
internal readonly record struct Place(string Source, int Line = 0, int Column = 0)
{
    public override string ToString() => Line == 0 ? Source : $"{Source}:{Line}:{Column}";
}

/// <summary>A YAML value that remembers where it was written, so that merged files still give exact errors.</summary>
internal abstract record RecipeNode(Place Place)
{
    /// <summary>The overlay over this: mappings merge key by key, everything else is replaced.</summary>
    public static RecipeNode Merge(RecipeNode below, RecipeNode above) =>
        below is MapNode first && above is MapNode second ? first.MergedWith(second) : above;
}

/// <summary>Text, a number, true, false or null; which one is for the reader's type to say.</summary>
internal sealed record ScalarNode(Place Place, string Value, bool Quoted = false) : RecipeNode(Place)
{
    public bool IsNull => !Quoted && Value is "" or "~" or "null" or "Null" or "NULL";
}

/// <summary>A list.</summary>
internal sealed record ListNode(Place Place, IReadOnlyList<RecipeNode> Items) : RecipeNode(Place);

/// <summary>A key of a mapping, with the places of the key and of its value.</summary>
internal sealed record MapEntry(string Key, Place KeyPlace, RecipeNode Value);

/// <summary>A mapping in the order of its writing; keys are unique.</summary>
internal sealed record MapNode(Place Place, IReadOnlyList<MapEntry> Entries) : RecipeNode(Place)
{
    public MapEntry? Find(string key) => Entries.FirstOrDefault(entry => entry.Key == key);

    public MapNode With(MapEntry entry) => this with
    {
        Entries = Find(entry.Key) is null
            ? [.. Entries, entry]
            : [.. Entries.Select(old => old.Key == entry.Key ? entry : old)],
    };

    public MapNode Without(string key) => this with { Entries = [.. Entries.Where(entry => entry.Key != key)] };

    public MapNode MergedWith(MapNode above)
    {
        var merged = this with { Place = above.Place };
        foreach (var entry in above.Entries)
            merged = merged.With(Find(entry.Key) is { } old ? entry with { Value = Merge(old.Value, entry.Value) } : entry);
        return merged;
    }

    /// <summary>The place of the deepest part of <paramref name="path"/> that was written.</summary>
    public Place PlaceOf(string path)
    {
        RecipeNode node = this;
        var place = Place;
        foreach (var step in KeyPath.Split(path))
        {
            if (node is MapNode map && map.Find(step.Name) is { } entry)
                (node, place) = (entry.Value, entry.KeyPlace);
            else
                break;
            foreach (var index in step.Indices)
            {
                if (node is not ListNode list || index >= list.Items.Count)
                    return place;
                (node, place) = (list.Items[index], list.Items[index].Place);
            }
        }

        return place;
    }
}
