using System.Text.Json.Nodes;
using Ghpo.Tests.Shared;

namespace Ghpo.Cli.Tests;

/// <summary>By themselves: they change the environment, which the hub's options follow.</summary>
[CollectionDefinition(nameof(ModelSourceTests), DisableParallelization = true)]
public class ModelSourceCollection;

[Collection(nameof(ModelSourceTests))]
public sealed class ModelSourceTests : IDisposable
{
    private static readonly string[] Changed = ["HF_HUB_CACHE", "HF_HUB_OFFLINE"];

    private readonly string _folder = Directory.CreateTempSubdirectory("ghpo-source-").FullName;
    private readonly string?[] _before = [.. Changed.Select(Environment.GetEnvironmentVariable)];

    public ModelSourceTests()
    {
        Environment.SetEnvironmentVariable("HF_HUB_CACHE", _folder);
        Environment.SetEnvironmentVariable("HF_HUB_OFFLINE", "1");
    }

    public void Dispose()
    {
        foreach (var (name, value) in Changed.Zip(_before))
            Environment.SetEnvironmentVariable(name, value);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Every_command_takes_a_name_on_the_hub_and_finds_what_Python_downloaded()
    {
        Cache("org/tiny", SharedData.Require("golden/models/qwen2-tied"), SharedData.Require("golden/tokenizers/bpe-llama3"));
        var snapshot = Directory.GetDirectories(Path.Combine(_folder, "models--org--tiny", "snapshots")).Single();
        File.WriteAllText(Path.Combine(snapshot, "chat_template.jinja"), "{% for m in messages %}{{ m.content }}{% endfor %}");
        var texts = Write("texts.jsonl", """{"text": "Hi"}""");
        var ids = Write("ids.jsonl", """{"ids": [1, 2, 3]}""");
        var messages = Write("messages.jsonl", """{"messages": [{"role": "user", "content": "Hi"}]}""");
        foreach (var name in new[] { "org/tiny", "org/tiny@main" })
        {
            Assert.Contains("\"ids\":[", await Run("tokenize", "--model", name, "--input", texts), StringComparison.Ordinal);
            Assert.Contains("\"text\":\"Hi\"", await Run("render", "--model", name, "--input", messages), StringComparison.Ordinal);
            Assert.Contains("logprobs", await Run("score", "--model", name, "--input", ids), StringComparison.Ordinal);
            Assert.Contains("finish", await Run("generate", "--model", name, "--input", ids, "--max-new-tokens", "2"), StringComparison.Ordinal);
            Assert.Contains("Qwen2ForCausalLM", await Run("inspect-model", name), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_name_that_cannot_be_had_and_an_adapter_in_the_place_of_a_model_say_what_to_do()
    {
        var ids = Write("ids.jsonl", """{"ids": [1]}""");
        Assert.Contains("org/absent", await Run(1, "score", "--model", "org/absent", "--input", ids), StringComparison.Ordinal);
        var adapter = SharedData.Require("golden/models/qwen2-tied/lora-qv");
        Assert.Contains("--adapter", await Run(1, "generate", "--model", adapter, "--input", ids), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generation_with_an_adapter_has_the_log_probabilities_of_scoring_with_it()
    {
        var model = SharedData.Require("golden/models/qwen2-tied");
        var adapter = Path.Combine(model, "lora-qv");
        var ids = Write("ids.jsonl", """{"ids": [1, 7, 30]}""");
        string[] sampling = ["--temperature", "1", "--seed", "3", "--max-new-tokens", "6", "--print-logprobs"];
        var with = JsonNode.Parse(await Run(["generate", "--model", model, "--adapter", adapter, "--input", ids, .. sampling]))!;
        var without = JsonNode.Parse(await Run(["generate", "--model", model, "--input", ids, .. sampling]))!;
        Assert.NotEqual(without["logprobs"]!.ToJsonString(), with["logprobs"]!.ToJsonString());
        var whole = Write("whole.jsonl", new JsonObject { ["ids"] = new JsonArray([1, 7, 30, .. with["ids"]!.AsArray().Select(i => (JsonNode)(int)i!)]) }.ToJsonString());
        var scored = JsonNode.Parse(await Run("score", "--model", model, "--adapter", adapter, "--input", whole))!["logprobs"]!.AsArray();
        foreach (var (expected, actual) in scored.Skip(3).Zip(with["logprobs"]!.AsArray()))
            Assert.Equal((float)expected!, (float)actual!, 2e-5f);
    }

    private static Task<string> Run(params string[] arguments) => Run(0, arguments);

    private static async Task<string> Run(int code, params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var result = await Program.RunAsync(arguments, output, errors);
        Assert.True(result == code, errors.ToString());
        return code == 0 ? output.ToString() : errors.ToString();
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text + "\n");
        return path;
    }

    private void Cache(string name, params string[] sources)
    {
        const string Commit = "0123456789abcdef0123456789abcdef01234567";
        var repository = Path.Combine(_folder, $"models--{name.Replace("/", "--", StringComparison.Ordinal)}");
        Directory.CreateDirectory(Path.Combine(repository, "refs"));
        File.WriteAllText(Path.Combine(repository, "refs", "main"), Commit);
        var snapshot = Directory.CreateDirectory(Path.Combine(repository, "snapshots", Commit)).FullName;
        foreach (var file in sources.SelectMany(Directory.GetFiles).Where(f => !f.Contains("expected", StringComparison.Ordinal) && !f.Contains("final", StringComparison.Ordinal)))
            File.Copy(file, Path.Combine(snapshot, Path.GetFileName(file)));
    }
}
