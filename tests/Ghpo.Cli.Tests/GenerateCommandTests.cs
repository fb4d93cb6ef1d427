using System.Text.Json.Nodes;
using Ghpo.Tests.Shared;

namespace Ghpo.Cli.Tests;

public class GenerateCommandTests
{
    [Fact]
    public async Task A_file_of_ids_is_completed_greedily_as_transformers_does()
    {
        var model = SharedData.Require("golden/models/qwen3");
        var golden = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(model, "expected.json")))!["greedy"]!.AsArray();
        var (input, output) = (Path.GetTempFileName(), Path.GetTempFileName());
        try
        {
            await File.WriteAllLinesAsync(input, golden.Select(g => new JsonObject { ["ids"] = g!["prompt"]!.DeepClone() }.ToJsonString()));
            var (code, _, errors) = await Run("generate", "--model", model, "--input", input, "--output", output, "--temperature", "0", "--max-new-tokens", "24", "--print-logprobs");
            Assert.Equal(("", 0), (errors, code));
            var lines = (await File.ReadAllLinesAsync(output)).Select(line => JsonNode.Parse(line)!).ToArray();
            Assert.Equal(golden.Count, lines.Length);
            for (var i = 0; i < lines.Length; i++)
            {
                // The command stops at the checkpoint's end id; the golden ids go on.
                var ids = lines[i]["ids"]!.AsArray().Select(id => id!.GetValue<int>()).ToArray();
                Assert.Equal(golden[i]!["continuation"]!.AsArray().Select(id => id!.GetValue<int>()).Take(ids.Length), ids);
                Assert.True(ids.Length == 24 || ids[^1] == 2);
                Assert.Equal(ids.Length, lines[i]["logprobs"]!.AsArray().Count);
            }
        }
        finally
        {
            File.Delete(input);
            File.Delete(output);
        }
    }

    [Theory]
    [InlineData("{\"idz\": [1]}", "line 2: expected one of the keys text, messages and ids")]
    [InlineData("{\"ids\": [1, 99999]}", "line 2: the prompt holds the id 99999")]
    [InlineData("{\"ids\": \"no\"}", "line 2: 'ids' is of the wrong kind")]
    [InlineData("{\"ids\": [1", "line 2: no JSON")]
    [InlineData("{\"text\": \"hello\"}", "line 2: ")]
    public async Task A_bad_line_is_named_before_anything_is_sampled(string line, string message)
    {
        var model = SharedData.Require("golden/models/qwen3");
        var input = Path.GetTempFileName();
        try
        {
            await File.WriteAllLinesAsync(input, ["{\"ids\": [1]}", line]);
            var (code, output, errors) = await Run("generate", "--model", model, "--input", input);
            Assert.Equal((1, ""), (code, output));
            Assert.Contains(message, errors);
        }
        finally
        {
            File.Delete(input);
        }
    }

    [Fact]
    public async Task Wrong_usage_is_told()
    {
        Assert.Equal(2, (await Run("generate", "--model", "x")).Code);
        Assert.Equal(2, (await Run("generate", "--model", "x", "--prompt", "a", "--samples", "0")).Code);
        Assert.Contains("no such folder", (await Run("generate", "--model", "./no-such-folder", "--prompt", "a")).Errors);
    }

    private static async Task<(int Code, string Output, string Errors)> Run(params string[] arguments)
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        return (await Program.RunAsync(arguments, output, errors), output.ToString(), errors.ToString());
    }
}
