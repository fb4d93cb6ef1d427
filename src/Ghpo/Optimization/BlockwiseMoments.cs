using Ghpo.Models.Native;
using static TorchSharp.torch;

namespace Ghpo.Optimization;

/// <summary>
/// Moments in 8 bits a number and a float32 scale for each 256 (<see cref="CompandedCode"/>; the idea is Dettmers et al., 2021, arXiv:2110.02861). A block at a time is expanded, updated
/// and compressed again; nothing of the parameter's size is ever made.
/// </summary>
internal sealed class BlockwiseMoments : Moments
{
    /// <summary>Smaller parameters (biases, norms) keep float32: they take no memory and matter most.</summary>
    public const int SmallestSize = 4096;

    private const int Size = CompandedCode.BlockSize;

    private readonly uint _key;
    private readonly Tensor _first, _firstScales, _second, _secondScales;

    public BlockwiseMoments(string name, long elements)
    {
        // FNV-1a: the draws of two parameters must differ.
        _key = 2166136261;
        foreach (var c in name)
            _key = (_key ^ c) * 16777619;
        var blocks = (elements + Size - 1) / Size;
        (_first, _second) = (zeros([blocks, Size], ScalarType.Int8).DetachFromDisposeScope(), zeros([blocks, Size], ScalarType.Byte).DetachFromDisposeScope());
        (_firstScales, _secondScales) = (zeros(blocks, ScalarType.Float32).DetachFromDisposeScope(), zeros(blocks, ScalarType.Float32).DetachFromDisposeScope());
    }

    public override IEnumerable<(string Part, Tensor Tensor)> Tensors =>
        [("exp_avg", _first), ("exp_avg_scale", _firstScales), ("exp_avg_sq", _second), ("exp_avg_sq_scale", _secondScales)];

    /// <summary>Bytes for so many numbers.</summary>
    public static long Bytes(long numbers) => (numbers + Size - 1) / Size * ((2 * Size) + (2 * sizeof(float)));

    /// <summary>Whether a parameter's moments can be kept so: on the CPU, and large enough to be worth it.</summary>
    public static bool Suits(Tensor parameter) => IsPlain(parameter) && parameter.numel() >= SmallestSize;

    public override void Apply(Tensor parameter, Tensor gradient, in AdamWStep step)
    {
        using var plain = IsPlain(gradient) ? gradient.alias() : gradient.to(ScalarType.Float32).contiguous();
        var (factors, key) = (step, CompandedCode.Mix(_key ^ CompandedCode.Mix((uint)step.Step)));
        FloatMemory.ForChunks(parameter.numel(), (start, count) => ApplyChunk(FloatMemory.Of(parameter, start, count), FloatMemory.Of(plain, start, count), start / Size, key, factors));
    }

    private unsafe void ApplyChunk(Span<float> parameters, ReadOnlySpan<float> gradients, long block, uint key, in AdamWStep step)
    {
        Span<float> m = stackalloc float[Size], v = stackalloc float[Size];
        float* scalesM = (float*)TensorMemory.Pointer(_firstScales), scalesV = (float*)TensorMemory.Pointer(_secondScales);
        var allM = (sbyte*)TensorMemory.Pointer(_first);
        var allV = (byte*)TensorMemory.Pointer(_second);
        for (var start = 0; start < parameters.Length; start += Size, block++)
        {
            var count = Math.Min(Size, parameters.Length - start);
            Span<sbyte> codesM = new(allM + (block * Size), Size);
            Span<byte> codesV = new(allV + (block * Size), Size);
            CompandedCode.Expand(codesM, scalesM[block], m);
            CompandedCode.Expand(codesV, scalesV[block], v);
            FloatMoments.Update(parameters.Slice(start, count), gradients.Slice(start, count), m[..count], v[..count], step);
            var draw = CompandedCode.Mix(key + (uint)block);
            scalesM[block] = CompandedCode.Compress(m, codesM, draw);
            scalesV[block] = CompandedCode.Compress(v, codesV, draw);
        }
    }
}
