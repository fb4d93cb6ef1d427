using System.Text.Encodings.Web;
using System.Text.Json;
using Ghpo.Guidance;

namespace Ghpo.Training;

/// <summary>completions.jsonl: every completion of every attempt with its prompt, hint, verdict, reward and, where it was trained on, advantage.</summary>
internal sealed class CompletionLog : IDisposable
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly FileStream _file;
    private readonly IReadOnlyList<string> _rewardNames;

    /// <summary>Opens the log; a resumed run drops what was written after its checkpoint.</summary>
    public CompletionLog(string path, IReadOnlyList<string> rewardNames, long keepBytes = 0)
    {
        _rewardNames = rewardNames;
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
        _file.SetLength(Math.Min(_file.Length, keepBytes));
        _file.Seek(0, SeekOrigin.End);
    }

    public long Length => _file.Length;

    public void Write(int step, Harvest harvest)
    {
        using var buffer = new MemoryStream();
        using var json = new Utf8JsonWriter(buffer, Options);
        foreach (var group in harvest.Groups)
        {
            foreach (var attempt in group.Attempts)
            {
                var advantages = harvest.Experience.FirstOrDefault(e => ReferenceEquals(e.Completions[0], attempt.Scores[0].Completion))?.Advantages;
                for (var i = 0; i < attempt.Scores.Count; i++)
                {
                    WriteLine(json, step, group, attempt.Scores[i], attempt.Group.Stage, advantages?[i]);
                    json.Flush();
                    buffer.WriteByte((byte)'\n');
                    json.Reset();
                }
            }
        }

        buffer.WriteTo(_file);
        _file.Flush();
    }

    public void Dispose() => _file.Dispose();

    private void WriteLine(Utf8JsonWriter json, int step, RefinedGroup group, Rewards.ScoredCompletion score, int stage, double? advantage)
    {
        var (completion, prompt) = (score.Completion, score.Completion.Prompt);
        json.WriteStartObject();
        json.WriteNumber("step", step);
        json.WriteString("problem", prompt.Problem.Id);
        json.WriteNumber("visit", group.Visit.Number);
        json.WriteNumber("stage", stage);
        json.WriteNumber("index", completion.Index);
        json.WriteString("outcome", group.Outcome.ToString().ToLowerInvariant());
        json.WriteNumber("hint_ratio", prompt.HintRatio);
        json.WriteNumber("effective_ratio", Math.Round(prompt.Hint?.EffectiveRatio ?? 0, 4));
        json.WriteString("prompt", prompt.Text);
        json.WriteString("hint", prompt.Hint?.Text);
        json.WriteString("completion", completion.Text);
        json.WriteString("answer", prompt.Problem.Answer);
        json.WriteString("verdict", score.Verdict.Outcome.ToString().ToLowerInvariant());
        json.WriteString("reason", score.Verdict.Reason.ToString());
        WriteNumber(json, "reward", score.Reward);
        json.WriteStartObject("rewards");
        for (var i = 0; i < _rewardNames.Count; i++)
            WriteNumber(json, _rewardNames[i], score.Components[i] ?? double.NaN);
        json.WriteEndObject();
        WriteNumber(json, "advantage", advantage ?? double.NaN);
        json.WriteBoolean("trained", advantage is not null);
        json.WriteNumber("tokens", completion.Ids.Length);
        json.WriteString("finish", completion.Finish.ToString().ToLowerInvariant());
        json.WriteNumber("policy_version", completion.PolicyVersion);
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumber(name, value);
        else
            json.WriteNull(name);
    }
}
