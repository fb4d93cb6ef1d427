using System.Text.Json.Nodes;

namespace Ghpo.Benchmarks;

/// <summary>What one side gave in every round.</summary>
internal sealed record Side(IReadOnlyList<double> Values, JsonObject Last)
{
    public double Median => Values.Order().ElementAt(Values.Count / 2) is var upper && Values.Count % 2 == 1 ? upper : (upper + Values.Order().ElementAt((Values.Count / 2) - 1)) / 2;

    public override string ToString() => $"{Median:#,0.###} ({Values.Min():#,0.###} to {Values.Max():#,0.###})";

    public JsonObject ToJson() => new()
    {
        ["median"] = Median,
        ["min"] = Values.Min(),
        ["max"] = Values.Max(),
        ["values"] = new JsonArray([.. Values.Select(v => (JsonNode)v)]),
        ["last"] = Last.DeepClone(),
    };
}

/// <summary>What both sides gave, in the same figure; what the machine allowed meanwhile, where that was asked for; and how many times better ours is than the peer's.</summary>
internal sealed record Outcome(Side Ours, Side Peer, Side? Limit, double Ratio);

/// <summary>Runs two sides in turns, so that what else the machine does meets both.</summary>
internal sealed class PeerHarness(Places places, int threads, int? rounds)
{
    public Outcome Run(Comparison comparison)
    {
        string[] Expand(string[] arguments) => [.. arguments.Select(a => places.Expand(a, threads))];
        var (ours, peer, limit) = (Expand(comparison.Ours), Expand(comparison.Peer), Expand(comparison.Limit ?? []));
        List<JsonObject> our = [], their = [], limits = [];
        void Limit() { if (limit.Length > 0) limits.Add(MeasuredProcess.RunOurs(limit, threads)); }
        void Ours() => our.Add(MeasuredProcess.RunOurs(ours, threads));
        void Peer() => their.Add(peer.Length == 0 ? our[^1] : comparison.IsOwn ? MeasuredProcess.RunOurs(peer, threads) : MeasuredProcess.Run(places.Peers, peer, threads));
        Limit();
        for (var round = 0; round < (rounds ?? comparison.Rounds); round++)
        {
            // Who goes first changes, too: a clock that falls under load would always favour the first.
            Action[] turns = round % 2 == 0 || peer.Length == 0 ? [Ours, Peer] : [Peer, Ours];
            foreach (var turn in turns)
            {
                turn();
                Limit();
            }
        }
        var (a, b) = (Read(our, comparison.Figure, "our side"), Read(their, comparison.PeerFigure ?? comparison.Figure, comparison.IsOwn ? "our side" : comparison.Peer[0]));
        var ratio = comparison.LessIsBetter ? (b.Median - comparison.Unavoidable) / (a.Median - comparison.Unavoidable) : a.Median / b.Median;
        return new(a, b, limits.Count == 0 ? null : Read(limits, comparison.Figure, "the limit"), ratio);
    }

    private static Side Read(List<JsonObject> lines, string figure, string who) =>
        new([.. lines.Select(line => line[figure] is JsonValue value && value.TryGetValue(out double number)
            ? number
            : throw new InvalidOperationException($"{who} prints no number \"{figure}\" in its last line: {line.ToJsonString()}"))], lines[^1]);
}
