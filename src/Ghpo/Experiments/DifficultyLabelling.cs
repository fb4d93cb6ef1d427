using System.Text;
using System.Text.Json;
using Ghpo.Metrics;
using Ghpo.Models.Generation;
using Ghpo.Problems;
using Ghpo.Rollouts;
using Ghpo.Training;

namespace Ghpo.Experiments;

/// <summary>What labelling came to.</summary>
/// <param name="Problems">Problems labelled.</param>
/// <param name="Unsolved">Those of which no sample was right.</param>
/// <param name="MeanRate">Mean solve rate.</param>
/// <param name="Tokens">Tokens sampled.</param>
public sealed record LabellingReport(int Problems, int Unsolved, double MeanRate, long Tokens);

/// <summary>
/// Labels problems by how often the start model solves them unaided: the static picture of difficulty that curriculum baselines (grpo-cl-hint) train by. A line of JSON a problem; broken off, it goes on where it was.
/// </summary>
public static class DifficultyLabelling
{
    private const int AtOnce = 256;

    /// <summary>Samples every problem of the recipe's phases of rollouts and writes the labels.</summary>
    /// <param name="recipe">The recipe; its warm-up is made first where it has one.</param>
    /// <param name="path">The file of labels.</param>
    /// <param name="samples">Samples of each problem; null: the recipe's num_generations.</param>
    /// <param name="watcher">Watches a warm-up that must be made, and hears how far the labelling is.</param>
    /// <param name="stop">Stops it; what is labelled is kept beside the file, and the next call goes on.</param>
    /// <exception cref="IOException">The file exists.</exception>
    public static async Task<LabellingReport> WriteAsync(Recipe recipe, string path, int? samples, IReporter watcher, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(watcher);
        if (File.Exists(path))
            throw new IOException($"{path} exists; name a file that does not");
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        await TrainingRun.WarmUpAsync(recipe, watcher, stop).ConfigureAwait(false);

        var seed = (ulong)recipe.Seed;
        var phases = recipe.AllPhases().Skip(recipe.WarmUp.Count).Where(phase => phase.Source == ExperienceKind.Rollouts).ToList();
        var problems = phases.SelectMany(phase => ProblemLoader.Load(phase.Problems, seed).Problems.Select(problem => (Problem: problem, Phase: phase))).DistinctBy(pair => pair.Problem.Id).ToList();
        using var policy = await StartModel.LoadAsync(recipe, watcher, stop).ConfigureAwait(false);
        var samplers = phases.ToDictionary(phase => phase, phase => (Sampler: Sampler(policy, phase, samples, seed), Formatter: policy.Formatter(phase.Prompt, phase.Rollouts, phase.Rollouts.MaxCompletionLength)));

        var partial = path + ".partial";
        var lines = File.Exists(partial) ? WholeLines(partial) : [];
        if (lines.Zip(problems).FirstOrDefault(pair => IdOf(pair.First) != pair.Second.Problem.Id) is { First: not null } other)
            throw new InvalidDataException($"{partial}: begins the labels of other problems ({IdOf(other.First)} where {other.Second.Problem.Id} is due); delete it to begin anew");
        await using (var file = new StreamWriter(partial, append: false, new UTF8Encoding(false)))
        {
            foreach (var line in lines)
                await file.WriteLineAsync(line).ConfigureAwait(false);
            foreach (var chunk in problems.Skip(lines.Count).Chunk(AtOnce))
            {
                stop.ThrowIfCancellationRequested();
                var labels = await Task.WhenAll(chunk.Select(pair => LabelAsync(pair.Problem, samplers[pair.Phase].Sampler, samplers[pair.Phase].Formatter))).ConfigureAwait(false);
                lines.AddRange(labels);
                foreach (var label in labels)
                    await file.WriteLineAsync(label).ConfigureAwait(false);
                await file.FlushAsync(CancellationToken.None).ConfigureAwait(false);
                watcher.OnMessage($"{lines.Count:N0} of {problems.Count:N0} problems labelled");
            }
        }

        File.Move(partial, path);
        return Report(lines);
    }

    private static GroupSampler Sampler(Policy policy, Phase phase, int? samples, ulong seed)
    {
        var r = phase.Rollouts;
        var options = new SamplingOptions { Temperature = r.Temperature, TopK = r.TopK, TopP = r.TopP, MinP = r.MinP, MaxNewTokens = r.MaxCompletionLength };
        return new GroupSampler(policy.Engine(options, KeyedRandom.KeyOf(seed, "labels")), phase.Rewards.Build(r.MaxCompletionLength), samples ?? r.NumGenerations);
    }

    /// <summary>A prompt that is too long cannot be solved.</summary>
    private static async Task<string> LabelAsync(Problem problem, GroupSampler sampler, IPromptFormatter formatter)
    {
        if (formatter.Format(problem, hint: null) is not { } prompt)
            return Line(problem.Id, 0, 0, 0);
        var (scored, prefix) = await sampler.SampleAsync(new Visit(problem, 0), 0, prompt, isLast: true, extends: null, CancellationToken.None).ConfigureAwait(false);
        prefix?.Dispose();
        return Line(problem.Id, scored.CorrectCount, scored.Scores.Count, scored.Group.TokenCount);
    }

    private static string Line(string id, int right, int samples, long tokens) =>
        JsonSerializer.Serialize(new { id, solve_rate = samples == 0 ? 0 : (double)right / samples, samples, tokens }, SummaryFile.LineOptions);

    private static List<string> WholeLines(string path)
    {
        var text = File.ReadAllText(path);
        return [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    private static string IdOf(string line)
    {
        using var json = JsonDocument.Parse(line);
        return json.RootElement.GetProperty("id").GetString()!;
    }

    private static LabellingReport Report(List<string> lines)
    {
        var (unsolved, sum, tokens) = (0, 0.0, 0L);
        foreach (var line in lines)
        {
            using var json = JsonDocument.Parse(line);
            var rate = json.RootElement.GetProperty("solve_rate").GetDouble();
            unsolved += rate == 0 ? 1 : 0;
            sum += rate;
            tokens += json.RootElement.GetProperty("tokens").GetInt64();
        }

        return new LabellingReport(lines.Count, unsolved, sum / lines.Count, tokens);
    }
}
