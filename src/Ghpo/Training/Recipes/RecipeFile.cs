using System.Text;

namespace Ghpo.Training.Recipes;

/// <summary>A recipe's files as one mapping: the file itself over the one that it <c>extends</c>, over the one that that extends …</summary>
internal static class RecipeFile
{
    /// <summary>The key that names the recipe below this one, relative to the file that says it.</summary>
    public const string Extends = "extends";

    private const int LargestFile = 1 << 20;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static MapNode? Read(string path, RecipeErrors errors) => Read(path, new Place(path), [], errors);

    /// <summary>The mapping of a text that stands for the file <paramref name="path"/>.</summary>
    public static MapNode? Parse(string text, string path, RecipeErrors errors) => Parse(text, path, [Path.GetFullPath(path)], errors);

    private static MapNode? Read(string path, Place mention, IReadOnlyList<string> above, RecipeErrors errors)
    {
        var full = Path.GetFullPath(path);
        if (above.Contains(full))
        {
            var names = above.SkipWhile(file => file != full).Append(full).Select(Path.GetFileName);
            errors.Add(mention, Extends, $"the recipes extend each other in a circle ({string.Join(" → ", names)}); break it");
            return null;
        }

        return ReadText(path, mention, errors) is { } text ? Parse(text, path, [.. above, full], errors) : null;
    }

    private static MapNode? Parse(string text, string path, IReadOnlyList<string> above, RecipeErrors errors)
    {
        var before = errors.Count;
        var node = YamlText.Read(text, path, errors);
        if (node is not MapNode map)
        {
            if (errors.Count == before)
                errors.Add(node?.Place ?? new Place(path), "", node is null ? "the recipe is empty; expected keys and values (recipes/quickstart.yaml is an example)" : "a recipe is a mapping of keys and values; this is something else");
            return null;
        }

        if (map.Find(Extends) is not { } extends)
            return map;
        map = map.Without(Extends);
        if (extends.Value is not ScalarNode { IsNull: false, Value: var name })
        {
            errors.Add(extends.Value.Place, Extends, "expected the path of one recipe, from this file's folder");
            return null;
        }

        var below = Read(Path.Combine(Path.GetDirectoryName(path) ?? "", name), extends.Value.Place, above, errors);
        return below?.MergedWith(map);
    }

    private static string? ReadText(string path, Place mention, RecipeErrors errors)
    {
        var what = mention.Line > 0 ? $"{path}: " : "";
        string? Refuse(string message)
        {
            errors.Add(mention, mention.Line > 0 ? Extends : "", what + message);
            return null;
        }

        if (Directory.Exists(path))
            return Refuse("this is a folder; expected a recipe, a YAML file");
        if (!File.Exists(path))
            return Refuse($"there is no such file{Suggestion(path)}");
        try
        {
            var size = new FileInfo(path).Length;
            if (size > LargestFile)
                return Refuse($"the file has {size:N0} bytes; a recipe is a short YAML text");
            var bytes = File.ReadAllBytes(path);
            var text = Strict.GetString(bytes).TrimStart('\uFEFF');
            return text.Contains('\0', StringComparison.Ordinal) ? Refuse("this is a binary file; expected YAML text") : text;
        }
        catch (DecoderFallbackException)
        {
            return Refuse("this is no UTF-8 text; expected YAML");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Refuse($"the file cannot be read: {exception.Message}");
        }
    }

    private static string Suggestion(string path)
    {
        var folder = Path.GetDirectoryName(path) is { Length: > 0 } directory ? directory : ".";
        if (!Directory.Exists(folder))
            return $", nor a folder {folder}";
        var files = Directory.EnumerateFiles(folder, "*.yaml").Concat(Directory.EnumerateFiles(folder, "*.yml")).Select(file => Path.GetFileName(file)).ToList();
        var nearest = Names.Nearest(Path.GetFileName(path), files) ?? files.FirstOrDefault(file => Path.GetFileNameWithoutExtension(file) == Path.GetFileName(path));
        return nearest is null ? "" : $"; did you mean {Path.Join(Path.GetDirectoryName(path), nearest)}?";
    }
}
