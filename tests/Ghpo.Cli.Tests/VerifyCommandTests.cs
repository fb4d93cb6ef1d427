using System.CommandLine;
using System.Text.Json.Nodes;

namespace Ghpo.Cli.Tests;

public sealed class VerifyCommandTests
{
    [Theory]
    [InlineData(0, "\\frac{1}{2}", "So we get \\boxed{0.5}.")]
    [InlineData(1, "\\frac{1}{2}", "\\boxed{0.6}")]
    [InlineData(3, "\\frac{1}{", "\\boxed{0.6}")]
    [InlineData(0, "-5", "-5")]
    public void The_exit_code_is_the_verdict(int code, string gold, string answer) => Assert.Equal(code, Run("verify", "--", gold, answer).Code);

    [Fact]
    public void Explain_teaches_the_rule_and_both_normal_forms()
    {
        var (_, output, _) = Run("verify", "\\frac{1}{2}", "Thus \\boxed{0.50}", "--explain");
        Assert.Contains("1/2", output);
        Assert.Contains("rule    number", output);
        Assert.Contains("'0.50' at 12", output);
    }

    [Fact]
    public void Nothing_to_verify_is_wrong_usage() => Assert.Equal(2, Run("verify", "5").Code);

    [Fact]
    public void A_file_goes_on_behind_bad_lines_and_reads_lone_surrogates()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var input = Path.Combine(folder.FullName, "pairs.jsonl");
            var output = Path.Combine(folder.FullName, "verdicts.jsonl");
            File.WriteAllLines(input,
            [
                """{"gold": "5", "candidate": "The answer is 5."}""",
                "no json",
                """{"gold": "5"}""",
                """{"gold": "5", "pred": "\\boxed{6} \ud800"}""",
                """{"gold": "", "pred": "6"}""",
            ]);
            var (code, _, errors) = Run("verify", "--input", input, "--output", output);
            Assert.Equal(1, code);
            Assert.Contains("line 2:", errors);
            Assert.Contains("line 3:", errors);
            var rows = File.ReadLines(output).Select(l => JsonNode.Parse(l)!).ToList();
            Assert.Equal(["correct", "incorrect", "unscorable"], rows.Select(r => (string)r["outcome"]!));
            Assert.Equal("equal", (string)rows[0]["reason"]!);
            Assert.Equal("5", (string)rows[1]["normal_gold"]!);
            Assert.Equal("6", (string)rows[1]["normal_answer"]!);
            Assert.True((double)rows[0]["microseconds"]! >= 0);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static (int Code, string Output, string Errors) Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = Program.CreateRoot().Parse(arguments).Invoke(new InvocationConfiguration { Output = output, Error = errors });
        return (code, output.ToString(), errors.ToString());
    }
}
