using System.Text.Json.Nodes;
using Ghpo.Models.Tokenization;
using Ghpo.Tests.Shared;

namespace Ghpo.Models.Tests.Tokenization;

/// <summary>The tokenizers and vectors beside the checkout.</summary>
internal static class Vectors
{
    public static IEnumerable<JsonObject> Lines(string relative) =>
        File.ReadLines(SharedData.Require(relative)).Where(line => line.Length > 0).Select(line => JsonNode.Parse(line)!.AsObject());

    public static int[] Ids(JsonNode? node) => [.. node!.AsArray().Select(id => (int)id!)];

    /// <summary>A tokenizer by the name of its golden folder; Qwen's is put together from the vocabulary and a configuration.</summary>
    public static Tokenizer Load(string name)
    {
        if (name is not ("qwen2" or "qwen2.5" or "qwen3"))
            return Tokenizer.Load(SharedData.Require($"golden/tokenizers/{name}"));
        using var folder = new TemporaryFolder();
        foreach (var file in new[] { "vocab.json", "merges.txt" })
            File.Copy(SharedData.Require($"data/tokenizers/qwen2/{file}"), Path.Combine(folder.Path, file));
        File.Copy(SharedData.Require($"data/tokenizers/{name}/tokenizer_config.json"), Path.Combine(folder.Path, "tokenizer_config.json"));
        return Tokenizer.Load(folder.Path);
    }
}

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("ghpo-").FullName;

    public string Write(string name, string text)
    {
        File.WriteAllText(System.IO.Path.Combine(Path, name), text);
        return Path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
