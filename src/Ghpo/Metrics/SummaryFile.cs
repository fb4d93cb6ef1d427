using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ghpo.Metrics;

/// <summary>summary.json of a run, in snake_case: <c>before.mean</c>, <c>after.tasks[0].low</c> …</summary>
public static class SummaryFile
{
    internal static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>The same on one line.</summary>
    internal static readonly JsonSerializerOptions LineOptions = new(Options) { WriteIndented = false };

    /// <summary>Writes the summary; the file is there whole or not at all.</summary>
    public static void Write(string path, RunSummary summary) => AtomicFile.WriteAllText(path, JsonSerializer.Serialize(summary, Options) + "\n");

    /// <summary>Reads a summary.</summary>
    /// <exception cref="InvalidDataException">The file is no summary of a run.</exception>
    public static RunSummary Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<RunSummary>(File.ReadAllText(path), Options) ?? throw new InvalidDataException($"{path}: expected the summary of a run");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path}:{exception.LineNumber + 1}: expected the summary of a run: {exception.Message}", exception);
        }
    }
}

/// <summary>The result of an evaluation as JSON, in the form of <c>before</c> and <c>after</c> in summary.json.</summary>
public static class EvaluationFile
{
    /// <summary>Writes the result; the file is there whole or not at all.</summary>
    public static void Write(string path, EvaluationReport report) => AtomicFile.WriteAllText(path, JsonSerializer.Serialize(report, SummaryFile.Options) + "\n");
}
