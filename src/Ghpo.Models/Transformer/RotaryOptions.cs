namespace Ghpo.Models.Transformer;

/// <summary>How rotary frequencies are stretched beyond the context of pretraining; the names are those of <c>rope_type</c>.</summary>
public enum RotaryScaling
{
    /// <summary>Not at all.</summary>
    Default,

    /// <summary>All frequencies divided by the factor (position interpolation).</summary>
    Linear,

    /// <summary>The base grows with the length of the sequence beyond the context ("dynamic NTK").</summary>
    Dynamic,

    /// <summary>High frequencies kept, low ones divided, a ramp between; logits scaled (YaRN, arXiv:2309.00071).</summary>
    Yarn,

    /// <summary>Llama 3.1's: by wavelength, with a smooth passage between kept and divided.</summary>
    Llama3,
}

/// <summary>Rotary positions of a model: base, scaling and the scaling's own numbers.</summary>
public sealed record RotaryOptions
{
    /// <summary>The base of the geometric series of frequencies (<c>rope_theta</c>).</summary>
    public double Theta { get; init; } = 10_000;

    /// <summary>The kind of scaling.</summary>
    public RotaryScaling Scaling { get; init; }

    /// <summary>How many times longer the context becomes.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>The context before scaling, in tokens (yarn, llama3); the model's context where not given (dynamic).</summary>
    public int OriginalContextLength { get; init; }

    /// <summary>llama3: wavelengths above original context / this are divided by the factor.</summary>
    public double LowFrequencyFactor { get; init; } = 1;

    /// <summary>llama3: wavelengths below original context / this are kept.</summary>
    public double HighFrequencyFactor { get; init; } = 4;

    /// <summary>yarn: rotations within the original context above which a dimension is kept.</summary>
    public double BetaFast { get; init; } = 32;

    /// <summary>yarn: rotations below which a dimension is divided by the factor.</summary>
    public double BetaSlow { get; init; } = 1;

    /// <summary>yarn: whether the ends of the ramp are rounded outward to whole dimensions.</summary>
    public bool Truncate { get; init; } = true;

    /// <summary>yarn: multiplies cosine and sine; 1 for all other kinds.</summary>
    public double AttentionFactor { get; init; } = 1;

    internal void Validate()
    {
        if (!(Theta > 0) || !double.IsFinite(Theta)) throw new ArgumentException($"rope_theta is {Theta}: it must be positive");
        if (!(Factor > 0) || !double.IsFinite(Factor)) throw new ArgumentException($"the rope factor is {Factor}: it must be positive");
        if (Scaling != RotaryScaling.Default && OriginalContextLength < 1)
            throw new ArgumentException($"original_max_position_embeddings is {OriginalContextLength}: it must be positive");
        if (Scaling == RotaryScaling.Llama3 && !(HighFrequencyFactor > LowFrequencyFactor && LowFrequencyFactor > 0))
            throw new ArgumentException($"rope type llama3 needs 0 < low_freq_factor < high_freq_factor, not {LowFrequencyFactor} and {HighFrequencyFactor}");
        if (Scaling == RotaryScaling.Yarn && !(BetaFast >= BetaSlow && BetaSlow > 0))
            throw new ArgumentException($"rope type yarn needs 0 < beta_slow <= beta_fast, not {BetaSlow} and {BetaFast}");
    }

    /// <summary>Angle per position of each pair of a head's dimensions (i, i + size/2).</summary>
    /// <param name="headSize">Width of a head.</param>
    /// <param name="sequenceLength">Length of the whole sequence in tokens; matters for <see cref="RotaryScaling.Dynamic"/> alone.</param>
    /// <returns>headSize / 2 frequencies in radians per position, in float32 arithmetic as the models were trained with.</returns>
    public float[] Frequencies(int headSize, int sequenceLength)
    {
        var theta = Theta;
        if (Scaling == RotaryScaling.Dynamic)
        {
            var length = Math.Max(sequenceLength, OriginalContextLength);
            theta *= Math.Pow((Factor * length / OriginalContextLength) - (Factor - 1), headSize / (headSize - 2.0));
        }
        var frequencies = new float[headSize / 2];
        for (var i = 0; i < frequencies.Length; i++) frequencies[i] = 1f / (float)Math.Pow(theta, 2f * i / headSize);
        switch (Scaling)
        {
            case RotaryScaling.Linear:
                for (var i = 0; i < frequencies.Length; i++) frequencies[i] /= (float)Factor;
                break;
            case RotaryScaling.Llama3:
                for (var i = 0; i < frequencies.Length; i++) frequencies[i] = Llama3(frequencies[i]);
                break;
            case RotaryScaling.Yarn:
                Yarn(frequencies, headSize);
                break;
        }
        return frequencies;
    }

    private float Llama3(float frequency)
    {
        var wavelength = 2 * MathF.PI / frequency;
        if (wavelength > OriginalContextLength / LowFrequencyFactor) return frequency / (float)Factor;
        if (wavelength < OriginalContextLength / HighFrequencyFactor) return frequency;
        var smooth = (float)((OriginalContextLength / wavelength - LowFrequencyFactor) / (HighFrequencyFactor - LowFrequencyFactor));
        return ((1 - smooth) * frequency / (float)Factor) + (smooth * frequency);
    }

    private void Yarn(float[] frequencies, int headSize)
    {
        // The dimension that makes so many rotations within the original context.
        double Dimension(double rotations) =>
            headSize * Math.Log(OriginalContextLength / (rotations * 2 * Math.PI)) / (2 * Math.Log(Theta));

        double low = Dimension(BetaFast), high = Dimension(BetaSlow);
        if (Truncate) (low, high) = (Math.Floor(low), Math.Ceiling(high));
        (low, high) = (Math.Max(low, 0), Math.Min(high, headSize - 1));
        if (low == high) high += 0.001;
        for (var i = 0; i < frequencies.Length; i++)
        {
            var divided = (float)Math.Clamp((i - low) / (high - low), 0, 1);
            frequencies[i] = (frequencies[i] / (float)Factor * divided) + (frequencies[i] * (1 - divided));
        }
    }
}
