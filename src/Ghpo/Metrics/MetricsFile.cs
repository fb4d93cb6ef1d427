using System.Globalization;
using System.Text.Json;

namespace Ghpo.Metrics;

/// <summary>One line of metrics.jsonl: a step, or an evaluation (whose values begin with <c>eval/</c>).</summary>
/// <param name="Step">The step.</param>
/// <param name="Phase">The step's phase; empty on a line of an evaluation.</param>
/// <param name="Elapsed">Seconds since the run began; NaN on a line of an evaluation.</param>
/// <param name="Values">The figures; NaN for null.</param>
/// <param name="Diagnosis">Why nothing was learned, if that was said.</param>
public sealed record MetricsLine(int Step, string Phase, double Elapsed, IReadOnlyDictionary<string, double> Values, string? Diagnosis = null)
{
    /// <summary>On a line of an evaluation: the right samples of each problem, by task; empty on others.</summary>
    public IReadOnlyDictionary<string, int[]> Right { get; init; } = new Dictionary<string, int[]>();

    /// <summary>A figure by name; null where it is missing or not finite.</summary>
    public double? Value(string name) => Values.TryGetValue(name, out var value) && double.IsFinite(value) ? value : null;
}

/// <summary>Reads metrics.jsonl.</summary>
public static class MetricsFile
{
    /// <summary>All lines. A last line that was cut off, as by a kill, is left out.</summary>
    /// <param name="path">The file; without it there are no lines.</param>
    /// <exception cref="InvalidDataException">A line before the last is no JSON object with a step.</exception>
    public static IReadOnlyList<MetricsLine> Read(string path)
    {
        if (!File.Exists(path))
            return [];
        var texts = File.ReadAllLines(path);
        var lines = new List<MetricsLine>(texts.Length);
        for (var i = 0; i < texts.Length; i++)
        {
            if (Parse(texts[i]) is { } line)
                lines.Add(line);
            else if (i < texts.Length - 1)
                throw new InvalidDataException($"{path}:{i + 1}: expected a JSON object with the number \"step\"");
        }

        return lines;
    }

    private static Dictionary<string, int[]> RightOf(JsonElement root) => root.TryGetProperty("right", out var tasks)
        ? tasks.EnumerateObject().ToDictionary(task => task.Name, task => task.Value.EnumerateArray().Select(count => count.GetInt32()).ToArray())
        : [];

    private static MetricsLine? Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement is not { ValueKind: JsonValueKind.Object } root || !root.TryGetProperty("step", out var step) || !step.TryGetInt32(out var number))
                return null;
            var values = new OrderedDictionary<string, double>();
            foreach (var property in root.EnumerateObject().Where(property => property.Name is not ("step" or "elapsed")))
            {
                if (property.Value.ValueKind is JsonValueKind.Number or JsonValueKind.Null)
                    values[property.Name] = property.Value.ValueKind == JsonValueKind.Null ? double.NaN : property.Value.GetDouble();
            }

            return new(number, Text("phase") ?? "", root.TryGetProperty("elapsed", out var elapsed) ? elapsed.GetDouble() : double.NaN, values, Text("diagnosis")) { Right = RightOf(root) };

            string? Text(string name) => root.TryGetProperty(name, out var value) ? value.GetString() : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}

/// <summary>Writes metrics.jsonl: a line a step and a line an evaluation, each flushed. NaN and infinities are null.</summary>
public sealed class JsonLinesReporter : IReporter, IDisposable
{
    private static readonly JsonWriterOptions Options = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly FileStream _file;

    /// <summary>Opens the file.</summary>
    /// <param name="path">The file; a fresh run makes it and never overwrites one.</param>
    /// <param name="keepBytes">For a resumed run: the length that its checkpoint knew of. What was written after it is dropped, as it will be made again.</param>
    /// <exception cref="IOException">The file is there and the run is fresh, or it cannot be written.</exception>
    public JsonLinesReporter(string path, long? keepBytes = null)
    {
        _file = new FileStream(path, keepBytes is null ? FileMode.CreateNew : FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
        _file.SetLength(Math.Min(_file.Length, keepBytes ?? 0));
        _file.Seek(0, SeekOrigin.End);
    }

    /// <summary>Bytes written so far.</summary>
    public long Length => _file.Length;

    /// <inheritdoc />
    public void OnStart(RunInfo run)
    {
    }

    /// <inheritdoc />
    public void OnStep(StepReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        WriteLine(json =>
        {
            json.WriteNumber("step", report.Step);
            json.WriteString("phase", report.Phase);
            json.WriteNumber("elapsed", Math.Round(report.Elapsed.TotalSeconds, 3));
            foreach (var (name, value) in report.Values)
                WriteNumber(json, name, value);
            if (report.Diagnosis is not null)
                json.WriteString("diagnosis", report.Diagnosis);
        });
    }

    /// <inheritdoc />
    public void OnEvaluation(EvaluationReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        WriteLine(json =>
        {
            json.WriteNumber("step", report.Step);
            WriteNumber(json, "eval/mean", report.Mean);
            WriteNumber(json, "eval/low", report.Low);
            WriteNumber(json, "eval/high", report.High);
            if (report.Greedy is { } mean)
                WriteNumber(json, "eval/greedy", mean);
            foreach (var task in report.Tasks)
            {
                WriteNumber(json, $"eval/{task.Task}/mean", task.Mean);
                WriteNumber(json, $"eval/{task.Task}/low", task.Low);
                WriteNumber(json, $"eval/{task.Task}/high", task.High);
                if (task.Greedy is { } greedy)
                    WriteNumber(json, $"eval/{task.Task}/greedy", greedy);
            }

            json.WriteStartObject("right");
            foreach (var task in report.Tasks.Where(task => task.Right is not null))
            {
                json.WriteStartArray(task.Task);
                foreach (var count in task.Right!)
                    json.WriteNumberValue(count);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        });
    }

    /// <inheritdoc />
    public void OnMessage(string message)
    {
    }

    /// <inheritdoc />
    public void OnEnd(RunSummary summary) => _file.Flush(flushToDisk: true);

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    private void WriteLine(Action<Utf8JsonWriter> write)
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line, Options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        // The whole line in one call: a reader beside us never sees half of it for long.
        line.WriteByte((byte)'\n');
        _file.Write(line.GetBuffer(), 0, (int)line.Length);
        _file.Flush();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double value)
    {
        json.WritePropertyName(name);
        if (double.IsFinite(value))
            json.WriteRawValue(value.ToString("R", CultureInfo.InvariantCulture));
        else
            json.WriteNullValue();
    }
}
