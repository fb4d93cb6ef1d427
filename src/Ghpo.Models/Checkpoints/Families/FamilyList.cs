namespace Ghpo.Models.Checkpoints.Families;

/// <summary>The families that are known. What is not here is refused by name: a guess would load, and compute something else.</summary>
internal static class FamilyList
{
    public static IReadOnlyList<Family> All { get; } = [new Qwen2(), new Qwen3(), new Llama(), new Mistral()];

    /// <summary>The family of a config.json.</summary>
    public static Family Of(ConfigReader json)
    {
        var architectures = json.Texts("architectures");
        var type = json.Text("model_type");
        var family = architectures.Count > 0
            ? All.FirstOrDefault(f => architectures.Contains(f.Architecture))
            : All.FirstOrDefault(f => f.ModelType == type);
        var said = architectures.Count > 0 ? $"architecture {string.Join(", ", architectures)}" : $"model_type {type ?? "(none)"}";
        if (family is null) throw json.Bad($"{said} is not supported; supported are {string.Join(", ", All.Select(f => f.Architecture))}");
        if (type is not null && type != family.ModelType) throw json.Bad($"{said} does not go with model_type {type}");
        return family;
    }

    /// <summary>The family of an architecture.</summary>
    public static Family Named(string architecture) =>
        All.FirstOrDefault(f => f.Architecture == architecture)
        ?? throw new ArgumentException($"architecture {architecture} is not supported; supported are {string.Join(", ", All.Select(f => f.Architecture))}");
}
