using System.Runtime.InteropServices;
using Ghpo.Models.Transformer.Kernels;

namespace Ghpo.Models.Tests.Transformer;

/// <summary>The product with packed weights: right for sizes that fit nothing, and a row's result the same bits in any company.</summary>
public sealed unsafe class PanelKernelTests : IDisposable
{
    private const int MostRows = 75;
    private readonly List<nint> _owned = [];

    public static TheoryData<int, int> Sizes => new() { { 1, 1 }, { 7, 15 }, { 130, 17 }, { 33, 40 }, { 64, 48 }, { 600, 35 }, { 256, 64 } };

    [Theory, MemberData(nameof(Sizes))]
    public void A_product_is_right_and_the_same_in_any_company(int inputs, int outputs)
    {
        var random = new Random(inputs + outputs);
        nint xStride = inputs + 3, yStride = outputs + 1;
        float* x = Space(MostRows * xStride), w = Space((nint)outputs * inputs), alone = Space(MostRows * yStride), together = Space(MostRows * yStride);
        for (nint i = 0; i < MostRows * xStride; i++) x[i] = random.NextSingle() - 0.5f;
        for (nint i = 0; i < (nint)outputs * inputs; i++) w[i] = random.NextSingle() - 0.5f;
        var panels = Space((nint)PanelKernel.PackedFloats(outputs, inputs));
        PanelKernel.Pack<Float32Format>((byte*)w, outputs, inputs, panels);

        for (var row = 0; row < MostRows; row++)
        {
            PanelKernel.Compute(x + (row * xStride), xStride, 1, panels, inputs, outputs, alone + (row * yStride), yStride);
            for (var o = 0; o < outputs; o++)
            {
                var expected = 0.0;
                for (var i = 0; i < inputs; i++) expected += (double)x[(row * xStride) + i] * w[((nint)o * inputs) + i];
                Assert.Equal(expected, alone[(row * yStride) + o], 1e-4);
            }
        }

        foreach (var rows in Enumerable.Range(1, 14).Append(MostRows))
        {
            new Span<float>(together, (int)(MostRows * yStride)).Fill(float.NaN);
            PanelKernel.Compute(x, xStride, rows, panels, inputs, outputs, together, yStride);
            for (var row = 0; row < MostRows; row++)
            {
                if (row < rows) Assert.True(new Span<int>(together + (row * yStride), outputs).SequenceEqual(new(alone + (row * yStride), outputs)), $"row {row} of {rows}");
                Assert.True(float.IsNaN(together[(row * yStride) + outputs]), "nothing beside the outputs is written");
                Assert.Equal(row >= rows, float.IsNaN(together[row * yStride]));
            }
        }
    }

    private float* Space(nint floats)
    {
        var memory = (nint)NativeMemory.AlignedAlloc((nuint)floats * sizeof(float), 64);
        _owned.Add(memory);
        return (float*)memory;
    }

    public void Dispose()
    {
        foreach (var memory in _owned) NativeMemory.AlignedFree((void*)memory);
    }
}
