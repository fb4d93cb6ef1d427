using System.Diagnostics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Ghpo.Verification;

namespace Ghpo.Cli;

/// <summary>Verifies a JSONL file of pairs, one after the other, so that each pair's time is its own. A bad line is reported with its number and the rest goes on.</summary>
internal static class VerifyFile
{
    /// <summary>One pair of each kind, so that the first pairs of a file are not timed with the compiler at work.</summary>
    private static readonly (string Gold, string Answer)[] WarmUp =
    [
        ("1/2", "So \\boxed{\\frac{2}{4}}."), ("x^2+1", "The answer is $1 + x^2$."), ("\\sqrt{3+2\\sqrt{2}}", "#### 1 + \\sqrt{2}"), ("\\tan^2 x + 1", "<answer>\\sec^2 x</answer>"),
        ("[0,\\infty)", "x \\ge 0"), ("\\{1,2\\}", "2, 1"), ("(1,2)", "(1, 3)"), ("\\begin{pmatrix}1\\\\2\\end{pmatrix}", "\\begin{bmatrix}1\\\\2\\end{bmatrix}"), ("y=2x", "2x-y=0"),
        ("\\text{ellipse}", "Ellipse"), ("(E)", "Option E"), ("50\\%", "0.5"), ("10\\text{ cm}", "0.1\\text{ m}"), ("\\pi", "3.1415927"), ("x < 3", "3 > x"), ("e^{i\\pi}", "\\sum_{k=1}^{3} k!"), ("\\log_2 8", "3, 4"),
    ];

    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The exit code: 0, or 1 when lines were bad.</summary>
    public static int Run(string input, TextWriter output, TextWriter errors, VerifierOptions options)
    {
        foreach (var (gold, answer) in WarmUp) MathVerifier.Verify(gold, answer, options);
        int bad = 0, number = 0;
        foreach (var line in File.ReadLines(input))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line)) continue;
            var (verdict, problem) = One(number, line, options);
            if (verdict is not null)
            {
                output.WriteLine(verdict);
                continue;
            }
            bad++;
            errors.WriteLine($"{input}: line {number}: {problem}");
        }
        output.Flush();
        return bad == 0 ? 0 : 1;
    }

    private static (string? Verdict, string? Problem) One(int number, string line, VerifierOptions options)
    {
        Dictionary<string, string?> fields;
        try
        {
            fields = JsonFields.Read(line);
        }
        catch (JsonException problem)
        {
            return (null, $"this is no JSON object ({problem.Message}); expected {{\"gold\": …, \"candidate\": …}}");
        }
        if (!fields.TryGetValue("gold", out var gold)) return (null, "the field 'gold' is missing");
        if (!fields.TryGetValue("candidate", out var candidate) && !fields.TryGetValue("pred", out candidate)) return (null, "the field 'candidate' (or 'pred') is missing");
        var start = Stopwatch.GetTimestamp();
        var verdict = MathVerifier.Verify(gold, candidate, options);
        var time = Stopwatch.GetElapsedTime(start);
        return (Write(number, verdict, time.TotalMicroseconds), null);
    }

    private static string Write(int number, Verdict verdict, double microseconds)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Writing))
        {
            json.WriteStartObject();
            json.WriteNumber("line", number);
            json.WriteString("outcome", JsonNamingPolicy.SnakeCaseLower.ConvertName(verdict.Outcome.ToString()));
            json.WriteString("reason", JsonNamingPolicy.SnakeCaseLower.ConvertName(verdict.Reason.ToString()));
            json.WriteString("rule", Clean(verdict.Rule));
            json.WriteString("normal_gold", Clean(verdict.NormalGold));
            json.WriteString("normal_answer", Clean(verdict.NormalAnswer));
            json.WriteNumber("microseconds", Math.Round(microseconds, 1));
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    /// <summary>Half of a surrogate pair has no place in UTF-8.</summary>
    private static string? Clean(string? text)
    {
        if (text is null || !text.AsSpan().ContainsAnyInRange('\ud800', '\udfff')) return text;
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) clean.Append(rune.ToString());
        return clean.ToString();
    }
}
