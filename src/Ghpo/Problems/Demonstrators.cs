namespace Ghpo.Problems;

/// <summary>A worked solution to imitate.</summary>
/// <param name="Trace">The steps.</param>
/// <param name="Answer">The answer they lead to.</param>
public readonly record struct Demonstration(string Trace, string Answer);

/// <summary>Somebody who shows how problems are solved, well or badly.</summary>
public interface IDemonstrator
{
    /// <summary>A whole solution of the problem by one who has read the hint.</summary>
    /// <param name="problem">The problem; it has a trace.</param>
    /// <param name="hint">The beginning of the trace that is in the prompt; empty for none.</param>
    /// <param name="random">The demonstrator's own chance.</param>
    Demonstration Solve(Problem problem, string hint, ref KeyedRandom random);
}

/// <summary>Shows the problem's own trace and answer.</summary>
public sealed class TraceDemonstrator : IDemonstrator
{
    /// <inheritdoc/>
    public Demonstration Solve(Problem problem, string hint, ref KeyedRandom random) => new(problem.Trace!, problem.Answer);
}

/// <summary>Follows the hint, then the map as he believes it to be: a base model that learned from him knows the facts deep down and acts on misconceptions.</summary>
/// <param name="map">The map.</param>
/// <param name="rate">How often a misconception is acted on.</param>
public sealed class MisconceivedTraveller(TransitMap map, double rate) : IDemonstrator
{
    /// <inheritdoc/>
    public Demonstration Solve(Problem problem, string hint, ref KeyedRandom random)
    {
        var wrong = rate;
        return Travel.Follow(map, problem, hint, ref random, (int station, int line, ref KeyedRandom chance) =>
            chance.NextDouble() < wrong ? map.Believed(station, line) : map.Next(station, line));
    }
}

/// <summary>Follows the hint, then the map, but at each step goes to a random station with some probability: a base model that is right on its best guess, and unreliable when sampled.</summary>
/// <param name="map">The map.</param>
/// <param name="rate">The probability of going astray at each step.</param>
public sealed class CarelessTraveller(TransitMap map, double rate) : IDemonstrator
{
    /// <inheritdoc/>
    public Demonstration Solve(Problem problem, string hint, ref KeyedRandom random)
    {
        var astray = rate;
        return Travel.Follow(map, problem, hint, ref random, (int station, int line, ref KeyedRandom chance) =>
            chance.NextDouble() < astray ? chance.Next(map.Stations.Count) : map.Next(station, line));
    }
}

internal static class Travel
{
    public delegate int NextStation(int station, int line, ref KeyedRandom chance);

    public static Demonstration Follow(TransitMap map, Problem problem, string hint, ref KeyedRandom random, NextStation next)
    {
        var (start, lines) = map.Read(problem);
        var shown = hint.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(map.StationAt).Where(station => station >= 0).ToArray();
        List<int> route = [start];
        for (var i = 0; i < lines.Length; i++)
            route.Add(i < shown.Length ? shown[i] : next(route[^1], lines[i], ref random));
        return new Demonstration(map.TraceOf(route), map.AnswerOf(route));
    }
}
