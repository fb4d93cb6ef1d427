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

/// <summary>Runs two sides in turns, so that what else the machine does meets both.</summary>
internal sealed class PeerHarness(Places places, int threads, int? rounds)
{
    public (Side Ours, Side Peer, double Ratio) Run(Comparison comparison)
    {
        string[] Expand(string[] arguments) => [.. arguments.Select(a => places.Expand(a, threads))];
        var (ours, peer) = (Expand(comparison.Ours), Expand(comparison.Peer));
        List<JsonObject> our = [], their = [];
        for (var round = 0; round < (rounds ?? comparison.Rounds); round++)
        {
            if (comparison.IsOwn)
            {
                our.Add(MeasuredProcess.RunOurs(ours, threads));
                their.Add(peer.Length == 0 ? our[^1] : MeasuredProcess.RunOurs(peer, threads));
                continue;
            }
            // Who goes first changes, too: a clock that falls under load would always favour the first.
            if (round % 2 == 0) our.Add(MeasuredProcess.RunOurs(ours, threads));
            their.Add(MeasuredProcess.Run(places.Peers, peer, threads));
            if (round % 2 == 1) our.Add(MeasuredProcess.RunOurs(ours, threads));
        }
        var (a, b) = (Read(our, comparison.Figure, "our side"), Read(their, comparison.PeerFigure ?? comparison.Figure, comparison.IsOwn ? "our side" : comparison.Peer[0]));
        return (a, b, comparison.LessIsBetter ? (b.Median - comparison.Unavoidable) / (a.Median - comparison.Unavoidable) : a.Median / b.Median);
    }

    private static Side Read(List<JsonObject> lines, string figure, string who) =>
        new([.. lines.Select(line => line[figure] is JsonValue value && value.TryGetValue(out double number)
            ? number
            : throw new InvalidOperationException($"{who} prints no number \"{figure}\" in its last line: {line.ToJsonString()}"))], lines[^1]);
}
