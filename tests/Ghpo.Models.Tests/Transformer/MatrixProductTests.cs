using System.Runtime.InteropServices;
using Ghpo.Models.Transformer.Kernels;

namespace Ghpo.Models.Tests.Transformer;

/// <summary>The decoder's matrix product: right for every shape, and a row's result the same bits in any company, however the product is blocked.</summary>
public sealed unsafe class MatrixProductTests : IDisposable
{
    private const int Outputs = MatrixProduct.OutputsPerPiece;
    private const int MostRows = 131;
    private readonly List<nint> _owned = [];

    public static TheoryData<int> Inputs => [7, 8, 20, 320, 328, 896, 904, 1803];

    [Theory]
    [MemberData(nameof(Inputs))]
    public void Float32_is_right_and_the_same_in_any_company(int inputs) => Check<Float32Format>(inputs, sizeof(float));

    [Theory]
    [MemberData(nameof(Inputs))]
    public void Bfloat16_is_right_and_the_same_in_any_company(int inputs) => Check<BFloat16Format>(inputs, sizeof(ushort));

    private void Check<TFormat>(int inputs, int size) where TFormat : IWeightFormat
    {
        var random = new Random(inputs);
        nint stride = inputs + 16;
        var x = (float*)Space(MostRows * stride * sizeof(float));
        for (nint i = 0; i < MostRows * stride; i++) x[i] = random.NextSingle() - 0.5f;

        var w = (byte*)Space((nint)Outputs * inputs * size);
        for (nint i = 0; i < (nint)Outputs * inputs; i++)
        {
            var bits = BitConverter.SingleToUInt32Bits(random.NextSingle() - 0.5f);
            if (size == sizeof(float)) ((uint*)w)[i] = bits;
            else ((ushort*)w)[i] = (ushort)(bits >> 16);
        }

        var scratch = (float*)Space((nint)MatrixProduct.ScratchFloats(MostRows) * sizeof(float));
        var alone = (float*)Space(MostRows * Outputs * sizeof(float));
        var together = (float*)Space(MostRows * Outputs * sizeof(float));
        foreach (var end in new[] { Outputs, Outputs - 1 })
        {
            for (var row = 0; row < MostRows; row++) MatrixProduct.Compute<TFormat>(x + row * stride, stride, 1, w, inputs, 0, end, alone + row * Outputs, Outputs, scratch);
            for (var row = 0; row < MostRows; row++)
            {
                for (var o = 0; o < end; o++)
                {
                    var expected = 0.0;
                    for (var i = 0; i < inputs; i++) expected += (double)x[row * stride + i] * TFormat.LoadOne(w, (nint)o * inputs + i);
                    Assert.Equal(expected, alone[row * Outputs + o], 1e-4);
                }
            }

            // Vectors of 512 bits are emulated where the processor has none, so that their kernel is tested everywhere.
            int[] counts = [2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 63, 64, 65, 66, 67, 68, MostRows];
            foreach (var (rows, isWide) in counts.SelectMany(rows => new[] { (rows, false), (rows, true) }))
            {
                new Span<float>(together, MostRows * Outputs).Fill(float.NaN);
                MatrixProduct.Compute<TFormat>(x, stride, rows, w, inputs, 0, end, together, Outputs, scratch, isWide);
                for (var row = 0; row < rows; row++)
                {
                    Assert.True(new Span<int>(together + row * Outputs, end).SequenceEqual(new(alone + row * Outputs, end)), $"row {row} of {rows}, {inputs} inputs, {end} outputs, {(isWide ? 512 : 256)} bits");
                }
            }
        }
    }

    private void* Space(nint bytes)
    {
        var memory = (nint)NativeMemory.AlignedAlloc((nuint)bytes, 64);
        _owned.Add(memory);
        return (void*)memory;
    }

    public void Dispose()
    {
        foreach (var memory in _owned) NativeMemory.AlignedFree((void*)memory);
    }
}
