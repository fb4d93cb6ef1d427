namespace Ghpo.Benchmarks;

/// <summary>
/// One thing that we and a peer both do, each in a process of its own that prints one JSON line last. In the arguments stand
/// <c>{shared}</c> for the folder beside the checkout, <c>{checkpoint:SHAPE}</c> for a checkpoint of <c>make_checkpoint.py</c>
/// and <c>{gguf:SHAPE:TYPE}</c> for the same as GGUF; both are made once. <c>{faster}</c> is the precision that matrix products run faster in on this machine
/// (<c>fp32</c> or <c>bf16</c>), <c>{faster:trl}</c> how TRL names it.
/// </summary>
/// <param name="Name">What <c>--only</c> takes.</param>
/// <param name="What">One line for the reader.</param>
/// <param name="Ours">Arguments of this program; one of the measurements under <c>ours</c>.</param>
/// <param name="Peer">The peer's script and its arguments; a measurement of ours to compare with, if the first is <c>ours</c>; nothing where our own line has both figures.</param>
/// <param name="Figure">The key of the figure in both JSON lines.</param>
/// <param name="Bar">How many times better than the peer we have to be.</param>
internal sealed record Comparison(string Name, string What, string[] Ours, string[] Peer, string Figure, double Bar)
{
    /// <summary>Whether less is better (seconds, memory); the ratio is always that of better to worse if we are better.</summary>
    public bool LessIsBetter { get; init; }

    /// <summary>The figure's key in the peer's line where it has another name.</summary>
    public string? PeerFigure { get; init; }

    /// <summary>A part of the figure that no implementation avoids; the ratio is of what is above it.</summary>
    public double Unavoidable { get; init; }

    /// <summary>Arguments of this program that tell, in the same figure, what the machine allows at most at that moment; run before, between and after the turns of both sides.</summary>
    public string[]? Limit { get; init; }

    /// <summary>How often each side runs unless the caller says; its median counts.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>Whether no peer takes part: our figure is held against a limit that the same line names, or against another figure of ours.</summary>
    public bool IsOwn => Peer is [] or ["ours", ..];

    /// <summary>Every comparison there is.</summary>
    public static IReadOnlyList<Comparison> All { get; } =
    [
        Decode(1, "hf", 2),
        Decode(16, "hf", 3),
        Decode(64, "hf", 3),
        Decode(1, "llama", 1),
        Decode(16, "llama", 1.2),
        Decode(64, "llama", 1.2),
        Step("step-tiny", "a whole GRPO step, tiny shape, 8 prompts × 8, 64 + 64 tokens", "tiny", ["--prompts", "8", "--prompt", "64", "--completion", "64", "--steps", "5", "--warmup", "2"], [], bar: 3),
        Step("step-0.5b", "a whole GRPO step, 0.5B, 1 prompt × 8, 128 + 64 tokens", "0.5b", ["--prompts", "1", "--prompt", "128", "--completion", "64", "--steps", "1"], ["--micro-batch", "4"], bar: 3) with { Rounds = 3 },
        Step("update-0.5b", "the update alone, 0.5B, 2 prompts × 8, 128 + 128 tokens, against lean PyTorch", "0.5b",
            [.. Update, "--update-only", "--steps", "1", "--warmup", "0"], ["--micro-batch", "4"], bar: 1.4) with { Rounds = 3 },
        new("memory-0.5b", "peak memory above weights, gradients and optimizer state (4 × 1.976 GB), 0.5B, 2 prompts × 8, 128 + 128 tokens in one micro-batch",
            ["ours", "step", "{checkpoint:0.5b}", "--prompts", "2", "--prompt", "128", "--completion", "128", "--steps", "1", "--warmup", "0", "--micro-batch-tokens", "1000000"],
            ["trl_grpo_step.py", "{checkpoint:0.5b}", "--prompts", "2", "--prompt", "128", "--completion", "128", "--steps", "1", "--warmup", "0"],
            "peak_rss_mb", Bar: 1 / 0.3) { LessIsBetter = true, Rounds = 1, Unavoidable = 16.0 * 494_032_768 / 1_048_576 },
        Memory("memory-step", "plain AdamW", 0.97),
        Memory("memory-step-8bit", "8-bit AdamW and gradient checkpointing", 0.65, "--adamw-8bit", "--gradient-checkpointing"),
        Memory("memory-step-lora", "LoRA of rank 16 on all linear layers", 0.4, "--lora-rank", "16"),
        // The first update of a process waits for gigabytes of memory that it has never touched, which is no arithmetic: the second is measured.
        new("update-limit", "the update of update-0.5b against the machine's rate of matrix products",
            ["ours", "step", "{checkpoint:0.5b}", .. Update, "--update-only", "--steps", "1", "--warmup", "1", "--dtype", "{faster}"], ["ours", "update-limit", "{checkpoint:0.5b}", .. Update], "seconds_per_step", Bar: 0.6) { LessIsBetter = true, Rounds = 3 },
        DecodeLimit(1), DecodeLimit(16), DecodeLimit(64),
        new("group", "sampling 32 completions of one 1,024-token prompt, 0.5B, against the prompt once and 32 rows without one",
            ["ours", "group", "{checkpoint:0.5b}"], [], "seconds", Bar: 1 / 1.3) { LessIsBetter = true, PeerFigure = "ideal_seconds", Rounds = 1 },
        new("guided", "a guided step (every group retried with 64 tokens of a hint) against an unguided one, per sampled token, tiny shape, 8 prompts × 8, 64 + 64 tokens",
            ["ours", "step", "{checkpoint:tiny}", "--prompts", "8", "--prompt", "64", "--completion", "64", "--steps", "10", "--warmup", "2", "--hint", "64"],
            ["ours", "step", "{checkpoint:tiny}", "--prompts", "8", "--prompt", "64", "--completion", "64", "--steps", "10", "--warmup", "2"],
            "milliseconds_per_sampled_token", Bar: 1 / 1.1) { LessIsBetter = true },
        new("first-token", "ghpo generate from start to the first token, 0.5B, against transformers in its faster precision to load (bfloat16 as stored)",
            ["ours", "first-token", "{checkpoint:0.5b}"], ["{script:first_token.py}", "{checkpoint:0.5b}", "bfloat16"], "process_seconds", Bar: 2.5) { LessIsBetter = true },
        new("verifier", "pairs verified a second on one core, real model answers",
            ["ours", "verifier", "{shared}/data/verifier/agreement_pairs.jsonl"],
            ["math_verify_speed.py", "{shared}/data/verifier/agreement_pairs.jsonl"],
            "pairs_per_s", Bar: 200) { Rounds = 3 },
        new("verifier-dev", "the same, answers rewritten in many ways",
            ["ours", "verifier", "{shared}/data/verifier/equivalence_dev.jsonl", "--candidate", "candidate"],
            ["math_verify_speed.py", "{shared}/data/verifier/equivalence_dev.jsonl", "--candidate", "candidate"],
            "pairs_per_s", Bar: 200) { Rounds = 3 },
    ];

    private static string[] Update => ["--prompts", "2", "--prompt", "128", "--completion", "128"];

    private static Comparison Step(string name, string what, string shape, string[] sizes, string[] peerOnly, double bar) =>
        new(name, what, ["ours", "step", $"{{checkpoint:{shape}}}", .. sizes, "--dtype", "{faster}"], ["trl_grpo_step.py", $"{{checkpoint:{shape}}}", .. sizes, .. peerOnly, "--dtype", "{faster:trl}"], "seconds_per_step", bar) { LessIsBetter = true };

    private static Comparison Memory(string name, string what, double share, params string[] options)
    {
        string[] step = ["{checkpoint:0.5b}", "--prompts", "1", "--prompt", "128", "--completion", "64", "--steps", "1", "--warmup", "1"];
        return new(name, $"peak memory of a whole step with {what}, 0.5B, 1 prompt × 8, 128 + 64 tokens, against TRL with AdamW", ["ours", "step", .. step, .. options], ["trl_grpo_step.py", .. step, "--micro-batch", "4"], "peak_rss_mb", 1 / share) { LessIsBetter = true, Rounds = 1 };
    }

    private static string[] DecodeSizes(int batch) => ["--batch", $"{batch}", "--prompt", "128", "--new", batch == 64 ? "32" : "64"];

    private static Comparison DecodeLimit(int batch) =>
        new($"decode-limit-{batch}", $"tokens decoded a second, 0.5B, float32, batch {batch}, against what memory and matrix products allow together",
            ["ours", "decode", "{checkpoint:0.5b}", "--repeats", "1", .. DecodeSizes(batch)], ["ours", "decode-limit", "{checkpoint:0.5b}", .. DecodeSizes(batch)], "decode_tokens_per_s", 0.5)
        { Rounds = 3 };

    private static Comparison Decode(int batch, string peer, double bar)
    {
        var sizes = DecodeSizes(batch);
        // transformers in its faster precision; we read the weights as they are stored, in bfloat16, and compute in float32. llama.cpp in the same precision as we.
        string[] stored = peer == "hf" ? ["--stored"] : [];
        return new($"decode-{peer}-{batch}", $"tokens decoded a second, 0.5B, batch {batch}, against {(peer == "hf" ? "transformers in its faster precision; ours reads bfloat16 weights and computes in float32" : "llama.cpp; both in float32")}",
            ["ours", "decode", "{checkpoint:0.5b}", "--repeats", "1", .. stored, .. sizes],
            peer == "hf" ? ["hf_generate.py", "{checkpoint:0.5b}", "--dtype", "{faster}", "--repeats", "1", .. sizes] : ["llama_cpp_decode.py", "{gguf:0.5b:f32}", .. sizes],
            "decode_tokens_per_s", bar)
        {
            Rounds = 3,
            Limit = ["ours", "decode-limit", "{checkpoint:0.5b}", .. stored, .. sizes],
        };
    }
}
