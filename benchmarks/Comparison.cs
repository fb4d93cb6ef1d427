namespace Ghpo.Benchmarks;

/// <summary>
/// One thing that we and a peer both do, each in a process of its own that prints one JSON line last. In the arguments stand
/// <c>{shared}</c> for the folder beside the checkout, <c>{checkpoint:SHAPE}</c> for a checkpoint of <c>make_checkpoint.py</c>
/// and <c>{gguf:SHAPE:TYPE}</c> for the same as GGUF; both are made once.
/// </summary>
/// <param name="Name">What <c>--only</c> takes.</param>
/// <param name="What">One line for the reader.</param>
/// <param name="Ours">Arguments of this program; one of the measurements under <c>ours</c>.</param>
/// <param name="Peer">The peer's script and its arguments.</param>
/// <param name="Figure">The key of the figure in both JSON lines.</param>
/// <param name="Bar">How many times better than the peer we have to be.</param>
internal sealed record Comparison(string Name, string What, string[] Ours, string[] Peer, string Figure, double Bar)
{
    /// <summary>Whether less is better (seconds, memory); the ratio is always that of better to worse if we are better.</summary>
    public bool LessIsBetter { get; init; }

    /// <summary>The figure's key in the peer's line where it has another name.</summary>
    public string? PeerFigure { get; init; }

    /// <summary>How often each side runs unless the caller says; its median counts.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>Every comparison there is.</summary>
    public static IReadOnlyList<Comparison> All { get; } =
    [
        Decode(1, "hf", 2),
        Decode(16, "hf", 3),
        Decode(64, "hf", 3),
        Decode(1, "llama", 1),
        Decode(16, "llama", 1.2),
        Decode(64, "llama", 1.2),
        new("verifier", "pairs verified a second on one core, real model answers",
            ["ours", "verifier", "{shared}/data/verifier/agreement_pairs.jsonl"],
            ["math_verify_speed.py", "{shared}/data/verifier/agreement_pairs.jsonl"],
            "pairs_per_s", Bar: 200) { Rounds = 3 },
        new("verifier-dev", "the same, answers rewritten in many ways",
            ["ours", "verifier", "{shared}/data/verifier/equivalence_dev.jsonl", "--candidate", "candidate"],
            ["math_verify_speed.py", "{shared}/data/verifier/equivalence_dev.jsonl", "--candidate", "candidate"],
            "pairs_per_s", Bar: 200) { Rounds = 3 },
    ];

    private static Comparison Decode(int batch, string peer, double bar)
    {
        string[] sizes = ["--batch", $"{batch}", "--prompt", "128", "--new", batch == 64 ? "32" : "64"];
        return new($"decode-{peer}-{batch}", $"tokens decoded a second, 0.5B, float32, batch {batch}, against {(peer == "hf" ? "transformers" : "llama.cpp")}",
            ["ours", "decode", "{checkpoint:0.5b}", "--repeats", "1", .. sizes],
            peer == "hf" ? ["hf_generate.py", "{checkpoint:0.5b}", "--dtype", "fp32", "--repeats", "1", .. sizes] : ["llama_cpp_decode.py", "{gguf:0.5b:f32}", .. sizes],
            "decode_tokens_per_s", bar)
        {
            Rounds = 3,
        };
    }
}
