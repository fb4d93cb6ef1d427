namespace Ghpo.Models.Transformer;

/// <summary>Cosines and sines of the rotary angles of each row of a packed batch: (tokens, head size / 2), float32.</summary>
internal sealed record RotaryTable(float[] Cosine, float[] Sine)
{
    public static RotaryTable Of(PackedBatch batch, ModelConfig config)
    {
        var half = config.HeadSize / 2;
        float[] cosine = new float[batch.TokenCount * half], sine = new float[batch.TokenCount * half];
        var attention = (float)config.Rotary.AttentionFactor;
        var length = -1;
        float[] frequencies = [];
        // Rows of one position have one angle, and most positions come again and again.
        Dictionary<(int Position, int Length), int> known = [];
        for (var row = 0; row < batch.TokenCount; row++)
        {
            var key = (batch.Positions[row], config.Rotary.Scaling == RotaryScaling.Dynamic ? batch.SequenceLengths[row] : 0);
            if (known.TryGetValue(key, out var same))
            {
                cosine.AsSpan(same * half, half).CopyTo(cosine.AsSpan(row * half));
                sine.AsSpan(same * half, half).CopyTo(sine.AsSpan(row * half));
                continue;
            }
            known[key] = row;
            if (key.Item2 != length) frequencies = config.Rotary.Frequencies(config.HeadSize, length = key.Item2);
            for (var i = 0; i < half; i++)
            {
                var (s, c) = MathF.SinCos(key.Item1 * frequencies[i]);
                cosine[(row * half) + i] = c * attention;
                sine[(row * half) + i] = s * attention;
            }
        }
        return new(cosine, sine);
    }
}
