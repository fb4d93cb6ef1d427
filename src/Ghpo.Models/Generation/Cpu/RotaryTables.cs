using Ghpo.Models.Transformer;

namespace Ghpo.Models.Generation.Cpu;

/// <summary>Cosines and sines by position, with the trainer's frequencies and arithmetic; computed as far as positions have been asked for.</summary>
internal sealed unsafe class RotaryTables(ModelConfig config) : IDisposable
{
    private readonly int _half = config.HeadSize / 2;
    private readonly NativeBuffer _angles = new();
    private int _positions;

    /// <summary>Makes positions below <paramref name="count"/> readable.</summary>
    public void Require(int count)
    {
        if (count <= _positions) return;
        _positions = Math.Max(2 * _positions, Math.Max(count, 256));
        var table = _angles.Require((long)_positions * config.HeadSize);

        // With dynamic scaling the frequencies hold within the original context, where generation ends.
        var frequencies = config.Rotary.Frequencies(config.HeadSize, 0);
        var attention = (float)config.Rotary.AttentionFactor;
        for (var position = 0; position < _positions; position++)
        {
            for (var i = 0; i < _half; i++)
            {
                var (sine, cosine) = MathF.SinCos(position * frequencies[i]);
                table[(long)position * config.HeadSize + i] = cosine * attention;
                table[(long)position * config.HeadSize + _half + i] = sine * attention;
            }
        }
    }

    public float* Cosines(int position) => _angles.Pointer + (nint)position * config.HeadSize;

    public float* Sines(int position) => Cosines(position) + _half;

    public void Dispose() => _angles.Dispose();
}
