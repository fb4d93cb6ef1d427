using Ghpo.Models.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ghpo.Models.Transformer;

/// <summary>Random initial weights: matrices normal with the configuration's deviation, norms one, biases zero.</summary>
internal static class Initialization
{
    /// <summary>Fills every parameter; each has a stream of its own, so that the weights depend on the seed and the names' order alone.</summary>
    public static void Fill(ParameterStore store, ModelConfig config, ulong seed)
    {
        using var noGradient = no_grad();
        ulong index = 0;
        foreach (var parameter in DecoderLayout.Parameters(config))
        {
            var tensor = store[parameter.Name];
            index++;
            if (parameter.Role == ParameterRole.Matrix) Normal(tensor, config.InitializerRange, Mix(seed) + Mix(index * 0xD1B54A32D192ED03));
            else tensor.fill_(parameter.Role == ParameterRole.Norm ? 1 : 0);
        }
    }

    /// <summary>Fills a float32 tensor from a normal distribution of mean 0.</summary>
    public static unsafe void Normal(Tensor tensor, double deviation, ulong key)
    {
        if (tensor.device_type != DeviceType.CPU)
        {
            using var scope = NewDisposeScope();
            var values = empty(tensor.shape, ScalarType.Float32);
            Normal(values, deviation, key);
            tensor.copy_(values);
            return;
        }
        var numbers = (nint)TensorMemory.Pointer(tensor);
        var count = tensor.numel();
        const long Block = 1 << 16;
        Parallel.For(0, (count + Block - 1) / Block, block =>
        {
            // Box–Muller, two numbers from two uniform ones; the counter is the number's place, so blocks are independent.
            for (var i = block * Block; i < Math.Min(count, (block + 1) * Block); i += 2)
            {
                var radius = Math.Sqrt(-2 * Math.Log(1 - Uniform(key, i))) * deviation;
                var (sine, cosine) = Math.SinCos(2 * Math.PI * Uniform(key, i + 1));
                ((float*)numbers)[i] = (float)(radius * cosine);
                if (i + 1 < count) ((float*)numbers)[i + 1] = (float)(radius * sine);
            }
        });
    }

    /// <summary>Fills a float32 tensor uniformly within ±<paramref name="bound"/>, from a stream of its own.</summary>
    public static void Uniform(Tensor tensor, double bound, ulong seed, ulong stream)
    {
        var key = Mix(seed) + Mix((stream + 1) * 0xD1B54A32D192ED03);
        var values = new float[tensor.numel()];
        for (var i = 0; i < values.Length; i++) values[i] = (float)(((2 * Uniform(key, i)) - 1) * bound);
        using var scope = NewDisposeScope();
        tensor.copy_(from_array(values).view(tensor.shape));
    }

    private static double Uniform(ulong key, long counter) => (Mix(key + ((ulong)counter * 0x9E3779B97F4A7C15)) >> 11) * (1.0 / (1UL << 53));

    /// <summary>The finalizer of SplitMix64.</summary>
    public static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
