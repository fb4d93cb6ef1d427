using System.Text.Json.Nodes;
using Ghpo.Problems;

namespace Ghpo.Guidance;

/// <summary>A rung of the ladder of hints.</summary>
/// <param name="Number">1, 2, … for the recipe's ratios; part of the key of its random streams.</param>
/// <param name="Ratio">Nominal ω.</param>
internal readonly record struct HintStage(int Number, double Ratio);

/// <summary>The stages that a problem climbs while it stays difficult.</summary>
/// <param name="Stages">The stages in order; the last one is where it may be exhausted.</param>
/// <param name="SkipsRoundZero">Begin with the first stage rather than unaided: such a visit has no honest reward.</param>
internal sealed record HintPlan(IReadOnlyList<HintStage> Stages, bool SkipsRoundZero = false)
{
    /// <summary>No guidance.</summary>
    public static HintPlan None { get; } = new([]);
}

/// <summary>
/// Chooses the hints for a problem. Plans are read by many groups side by side and change nothing; what a step taught is taken in at its end, in the order in which problems were drawn,
/// so that nothing depends on which group was ready first.
/// </summary>
internal interface IHintSchedule
{
    /// <summary>The plan for a problem's turn.</summary>
    HintPlan PlanFor(Visit visit);

    /// <summary>Takes in the groups of a step, in canonical order.</summary>
    void Learn(IReadOnlyList<RefinedGroup> groups);

    /// <summary>Writes all that <see cref="PlanFor"/> depends on.</summary>
    void Save(JsonObject state);

    /// <summary>Goes on from what <see cref="Save"/> wrote.</summary>
    void Restore(JsonObject state);
}

/// <summary>GHPO's own: every ratio in turn (spec section 3.4).</summary>
internal sealed class WholeLadder(IReadOnlyList<double> ratios) : IHintSchedule
{
    private readonly HintPlan _plan = new([.. ratios.Select((ratio, i) => new HintStage(i + 1, ratio))]);

    public HintPlan PlanFor(Visit visit) => _plan;

    public void Learn(IReadOnlyList<RefinedGroup> groups)
    {
    }

    public void Save(JsonObject state)
    {
    }

    public void Restore(JsonObject state)
    {
    }
}
