using System.Text.Json;
using System.Text.RegularExpressions;

namespace Ghpo.Models.Checkpoints;

/// <summary>A model of the hub at a revision: what <c>org/name@revision</c> says.</summary>
internal sealed partial record HubReference(string Repository, string Revision)
{
    /// <summary>Reads <c>[org/]name[@revision]</c> by the hub's rules for names and git's for revisions.</summary>
    public static HubReference Parse(string model)
    {
        var at = model.IndexOf('@', StringComparison.Ordinal);
        var (repository, revision) = at < 0 ? (model, "main") : (model[..at], model[(at + 1)..]);
        if (!Name().IsMatch(repository) || repository.Contains("--", StringComparison.Ordinal) || repository.Contains("..", StringComparison.Ordinal))
            throw new HubException($"'{model}' is neither a folder that exists nor a model's name: give the path of a folder, or org/name or org/name@revision.");
        if (!HubFiles.IsSafe(revision) || !RevisionName().IsMatch(revision))
            throw new HubException($"'{revision}' in '{model}' is no revision: give a branch, a tag or a commit.");
        return new HubReference(repository, revision);
    }

    [GeneratedRegex(@"^(?:\w[\w.-]{0,95}/)?\w[\w.-]{0,95}\z", RegexOptions.ECMAScript)]
    private static partial Regex Name();

    [GeneratedRegex(@"^[^\s~^:?*\[]{1,200}\z")]
    private static partial Regex RevisionName();
}

/// <summary>Which files of a repository a model needs; the rest (other formats, optimizer state, pictures) stays on the hub.</summary>
internal static partial class HubFiles
{
    public const string WeightIndex = "model.safetensors.index.json";

    private static readonly HashSet<string> Small = new(StringComparer.Ordinal)
    {
        "config.json", "generation_config.json", "adapter_config.json",
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
        "vocab.json", "merges.txt", "tokenizer.model", "chat_template.jinja", "chat_template.json",
    };

    /// <summary>Everything but weights: configuration, tokenizer, templates.</summary>
    public static IEnumerable<string> ChooseSmall(IEnumerable<string> names) => names.Where(n => Small.Contains(n) || AdditionalTemplate().IsMatch(n));

    /// <summary>
    /// The weight files, as transformers chooses them: <c>model.safetensors</c>; else the shards of the index; else every
    /// safetensors file of the root; and an adapter's. Empty where there are none.
    /// </summary>
    /// <param name="names">The files that the repository or folder holds.</param>
    /// <param name="index">The text of <see cref="WeightIndex"/>; asked for only where it decides.</param>
    /// <param name="where">What an error names.</param>
    public static IReadOnlyList<string> ChooseWeights(IReadOnlyCollection<string> names, Func<string> index, string where)
    {
        var adapter = names.Contains("adapter_model.safetensors") ? ["adapter_model.safetensors"] : Array.Empty<string>();
        if (names.Contains("model.safetensors")) return ["model.safetensors", .. adapter];
        if (names.Contains(WeightIndex)) return [.. ReadShards(index(), where), .. adapter];
        return [.. names.Where(n => n.EndsWith(".safetensors", StringComparison.Ordinal) && !n.Contains('/')).Order(StringComparer.Ordinal)];
    }

    /// <summary>Weights in Python's pickle format, which we refuse: reading one can run any program.</summary>
    public static IReadOnlyList<string> Pickled(IEnumerable<string> names) => [.. names.Where(n => PickledWeights().IsMatch(n)).Order(StringComparer.Ordinal)];

    /// <summary>Whether a name given from outside, joined to a folder, stays inside it on every system.</summary>
    public static bool IsSafe(string name) =>
        name.Length is > 0 and <= 1000
        && !name.Any(c => c is '\\' or ':' || char.IsControl(c))
        && name.Split('/').All(part => part.Length > 0 && part is not ("." or ".."));

    private static IReadOnlyList<string> ReadShards(string index, string where)
    {
        try
        {
            using var document = JsonDocument.Parse(index);
            var shards = document.RootElement.GetProperty("weight_map").EnumerateObject()
                .Select(entry => entry.Value.GetString() ?? "").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
            foreach (var shard in shards)
                if (!IsSafe(shard) || !shard.EndsWith(".safetensors", StringComparison.Ordinal))
                    throw new HubException($"{where}: {WeightIndex} names '{shard}', which is no safetensors file of this repository: refused.");
            return shards;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new HubException($"{where}: {WeightIndex} is broken: expected a JSON object whose \"weight_map\" names a file for each parameter. {e.Message}", e);
        }
    }

    [GeneratedRegex(@"^additional_chat_templates/[^/]+\.jinja\z")]
    private static partial Regex AdditionalTemplate();

    [GeneratedRegex(@"^(?:pytorch_model|adapter_model|model|consolidated)[^/]*\.(?:bin|pt|pth|ckpt)\z")]
    private static partial Regex PickledWeights();
}
