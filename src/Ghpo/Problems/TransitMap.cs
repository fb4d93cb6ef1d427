namespace Ghpo.Problems;

/// <summary>
/// A small world of facts to reason about: stations, and lines that lead from each station to one other. A problem gives a start and numbered directions; its trace gives the station reached
/// after each; its answer is the last two stations (with one, a guess would be right once in thirty times and groups would be "solved" by luck).
/// </summary>
public sealed class TransitMap
{
    private static readonly string[] StationNames =
    [
        "Alder", "Ash", "Aspen", "Bay", "Beech", "Birch", "Briar", "Cedar", "Cherry", "Clover", "Elder", "Elm", "Fern", "Fig", "Hazel", "Heath", "Holly", "Iris", "Ivy", "Juniper",
        "Larch", "Laurel", "Linden", "Maple", "Myrtle", "Oak", "Olive", "Pine", "Poplar", "Rowan", "Sage", "Sedge", "Sorrel", "Spruce", "Tansy", "Thorn", "Thyme", "Vine", "Willow", "Yew",
    ];

    private static readonly string[] LineNames = ["red", "blue", "green", "yellow", "black", "white"];

    private readonly int[][] _next; // [line][station]
    private readonly int[][] _believed; // what somebody with misconceptions takes for the next station

    /// <summary>Draws a map: a random permutation of the stations for each line, and misconceptions about a share of its facts.</summary>
    /// <param name="seed">The map is a function of it.</param>
    /// <param name="stations">2 to 40.</param>
    /// <param name="lines">1 to 6.</param>
    /// <param name="misconceptionShare">The share of facts about which there is one fixed wrong belief.</param>
    public TransitMap(ulong seed, int stations, int lines, double misconceptionShare)
    {
        (Stations, Lines) = (StationNames[..stations], LineNames[..lines]);
        var random = new KeyedRandom(seed, "map", stations, lines);
        _next = new int[lines][];
        _believed = new int[lines][];
        for (var line = 0; line < lines; line++)
        {
            _next[line] = [.. Enumerable.Range(0, stations)];
            random.Shuffle(_next[line]);
            _believed[line] = [.. _next[line]];
            for (var station = 0; station < stations; station++)
            {
                if (random.NextDouble() < misconceptionShare)
                    _believed[line][station] = (_next[line][station] + 1 + random.Next(stations - 1)) % stations;
            }
        }
    }

    /// <summary>The largest map that can be drawn.</summary>
    public static (int Stations, int Lines) Limits => (StationNames.Length, LineNames.Length);

    /// <summary>The stations' names, one word each.</summary>
    public IReadOnlyList<string> Stations { get; }

    /// <summary>The lines' names, one word each.</summary>
    public IReadOnlyList<string> Lines { get; }

    /// <summary>Every word that problems, traces and answers up to this level are made of.</summary>
    public IReadOnlyList<string> Words(int maxLevel)
    {
        var numbers = Enumerable.Range(1, maxLevel);
        return ["from", "take", .. Stations, .. numbers.SelectMany(n => Lines.Select(line => $"{n}:{line}")), .. numbers.Select(n => $"{n}:")];
    }

    /// <summary>Where a line leads.</summary>
    public int Next(int station, int line) => _next[line][station];

    /// <summary>Where somebody with misconceptions believes it to lead.</summary>
    public int Believed(int station, int line) => _believed[line][station];

    /// <summary>The problem with this start and these lines; its level is their number.</summary>
    public Problem Ask(int start, IReadOnlyList<int> lines)
    {
        var directions = lines.Select((line, i) => $"{i + 1}:{Lines[line]}");
        List<int> route = [start];
        foreach (var line in lines)
            route.Add(Next(route[^1], line));
        return new Problem(
            $"{Stations[start]}-{string.Concat(lines.Select(line => Lines[line][0]))}",
            $"from {Stations[start]} take {string.Join(' ', directions)}",
            AnswerOf(route),
            TraceOf(route),
            lines.Count);
    }

    /// <summary>Start and lines of a problem that <see cref="Ask"/> made.</summary>
    public (int Start, int[] Lines) Read(Problem problem)
    {
        var words = problem.Text.Split(' ');
        return (StationAt(words[1]), [.. words[3..].Select(word => LineAt(word[(word.IndexOf(':') + 1)..]))]);
    }

    /// <summary>The index of a station, or −1.</summary>
    public int StationAt(string name) => Array.IndexOf((string[])Stations, name);

    internal string TraceOf(IReadOnlyList<int> route) => string.Join(' ', route.Skip(1).Select((station, i) => $"{i + 1}: {Stations[station]}"));

    internal string AnswerOf(IReadOnlyList<int> route) => $"{Stations[route[^2]]} {Stations[route[^1]]}";

    private int LineAt(string name) => Array.IndexOf((string[])Lines, name);
}
