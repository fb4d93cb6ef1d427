using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ghpo.Models.Native;
using TorchSharp;

namespace Ghpo.Cli.Bench;

/// <summary>The machine, and the two rates that bound a model on it: matrix products and memory.</summary>
/// <param name="Cpu">The processor's name.</param>
/// <param name="Cores">Cores this process may use.</param>
/// <param name="Threads">Threads of the measurements.</param>
/// <param name="Simd">The widest vector instructions.</param>
/// <param name="MemoryGb">Memory this process may use.</param>
/// <param name="Load">The load of the machine in the last minute before we began: other work makes figures worse; null where it is not told.</param>
/// <param name="GemmType">The precision that matrix products run faster in here, as <c>dtype: auto</c> chooses it; null where libtorch cannot be loaded.</param>
/// <param name="GemmGflops">libtorch's product of 2048 × 2048 matrices in it.</param>
/// <param name="CopyGbPerSecond">Bytes read plus bytes written, copying between two large buffers.</param>
/// <param name="ReadGbPerSecond">Bytes read, summing a large buffer: the limit of decoding one row.</param>
internal sealed record Machine(string Cpu, int Cores, int Threads, string Simd, double MemoryGb, double? Load, string? GemmType, double? GemmGflops, double CopyGbPerSecond, double ReadGbPerSecond)
{
    private const int BufferMegabytes = 256;
    private const int GemmSize = 2048;
    private const int Times = 5;

    /// <summary>Measures with so many threads; takes some seconds.</summary>
    public static Machine Measure(int threads)
    {
        var load = ReadLoad();
        var (copy, read) = MemoryRates(threads);
        var simd = Avx512F.IsSupported ? "AVX-512" : Avx2.IsSupported ? "AVX2" : $"{Vector<byte>.Count * 8} bits";
        var (type, gemm) = GemmRate(threads);
        return new(CpuName(), Environment.ProcessorCount, threads, simd, Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9, 1), load, type, gemm, copy, read);
    }

    public string ToJson() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);

    public static string Describe(JsonNode machine) =>
        $"""
        {machine["cpu"]}, {machine["simd"]}, {machine["cores"]} cores, {machine["memoryGb"]} GB; {machine["threads"]} threads{(machine["load"] is { } load ? $"; load before {load}" : "")}
        libtorch GEMM {(machine["gemmGflops"] is { } gemm ? $"{machine["gemmType"]} {gemm} GFLOP/s" : "(cannot be loaded)")}; memory read {machine["readGbPerSecond"]} GB/s, copy {machine["copyGbPerSecond"]} GB/s (read and written)
        """;

    private static (string? Type, double? Gflops) GemmRate(int threads)
    {
        try
        {
            LibTorch.EnsureLoaded();
            torch.set_num_threads(threads);
            using var scope = torch.NewDisposeScope();
            using var none = torch.no_grad();
            var type = MatrixSpeed.Cpu.Faster;
            var (a, b) = (torch.rand(GemmSize, GemmSize).to(type), torch.rand(GemmSize, GemmSize).to(type));
            return (type.ToString().ToLowerInvariant(), Math.Round(2e-9 * GemmSize * GemmSize * GemmSize / Best(() => torch.mm(a, b).Dispose()), 1));
        }
        catch (Exception e) when (e is DllNotFoundException or NotSupportedException or TypeInitializationException)
        {
            return (null, null);
        }
    }

    private static unsafe (double Copy, double Read) MemoryRates(int threads)
    {
        const long Bytes = (long)BufferMegabytes << 20;
        var from = (byte*)NativeMemory.AlignedAlloc((nuint)Bytes, 64);
        var to = (byte*)NativeMemory.AlignedAlloc((nuint)Bytes, 64);
        try
        {
            new Span<byte>(from, (int)Bytes).Fill(1);
            new Span<byte>(to, (int)Bytes).Fill(2);
            var part = Bytes / threads / 4096 * 4096;
            var (source, target) = ((nint)from, (nint)to);
            var copy = Best(() => Parallel.For(0, threads, i => Buffer.MemoryCopy((byte*)source + (i * part), (byte*)target + (i * part), part, part)));
            var read = Best(() => Parallel.For(0, threads, i => Sum(new ReadOnlySpan<byte>((byte*)source + (i * part), (int)part))));
            return (Math.Round(2e-9 * part * threads / copy, 1), Math.Round(1e-9 * part * threads / read, 1));
        }
        finally
        {
            NativeMemory.AlignedFree(from);
            NativeMemory.AlignedFree(to);
        }
    }

    // Four sums, so that additions do not wait for each other.
    private static void Sum(ReadOnlySpan<byte> bytes)
    {
        var vectors = MemoryMarshal.Cast<byte, Vector<int>>(bytes);
        Vector<int> a = default, b = default, c = default, d = default;
        for (var i = 0; i + 3 < vectors.Length; i += 4)
            (a, b, c, d) = (a + vectors[i], b + vectors[i + 1], c + vectors[i + 2], d + vectors[i + 3]);
        GC.KeepAlive(a + b + c + d);
    }

    private static double Best(Action action)
    {
        action();
        return Enumerable.Range(0, Times).Min(_ =>
        {
            var start = Stopwatch.GetTimestamp();
            action();
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        });
    }

    private static string CpuName() =>
        File.Exists("/proc/cpuinfo") && File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) is { } line
            ? line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
            : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();

    private static double? ReadLoad() => File.Exists("/proc/loadavg") ? double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0]) : null;
}
