using Ghpo.Models.Checkpoints;
using Ghpo.Models.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace Ghpo.Models.Tests.Transformer;

/// <summary>By itself: the process's memory is measured.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
public class MemoryCollection;

[Collection(nameof(MemoryTests))]
public class MemoryTests
{
    [Theory, InlineData(false, false), InlineData(true, false), InlineData(true, true), InlineData(false, false, true), InlineData(false, false, false, true), InlineData(false, true, true, true)]
    public void Native_memory_is_flat_over_three_hundred_steps(bool torch, bool checkpointing, bool half = false, bool learn = false)
    {
        var golden = new GoldenModel("qwen2-tied");
        using var model = Checkpoint.Load(golden.Folder);
        (model.UseTorch, model.GradientCheckpointing) = (torch, checkpointing);
        if (half) model.ComputeType = ScalarType.BFloat16;
        long before = 0, tensors = 0;
        for (var step = 0; step < 300; step++)
        {
            using (NewDisposeScope())
            {
                if (learn) Learn(model, golden);
                else GoldenModelTests.Backward(model, golden);
            }
            if (step == 50) (before, tensors) = (Resident(), DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        }
        Assert.Equal(tensors, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        // The managed heap settles within some 20 MB; a pass whose activations leaked would take 500 MB.
        Assert.InRange(Resident() - before, long.MinValue, 40L << 20);
    }

    private static void Learn(CausalLM model, GoldenModel golden)
    {
        using var packed = golden.Pack("train");
        model.Learn(packed, (_, _, gradients) => gradients.Fill(-1f / packed.TargetCount), tokenwise: true, withEntropy: true);
    }

    private static long Resident()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return Environment.WorkingSet;
    }
}
