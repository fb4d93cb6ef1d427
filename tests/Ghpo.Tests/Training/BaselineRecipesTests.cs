using Ghpo.Guidance;
using Ghpo.Problems;
using Ghpo.Rewards;
using Ghpo.Tests.Shared;
using Ghpo.Training;
using Ghpo.Training.Recipes;

namespace Ghpo.Tests.Training;

public class BaselineRecipesTests
{
    private static readonly string Folder = Path.Combine(SharedData.Checkout, "recipes", "baselines");

    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Folder, "*.yaml").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Files))]
    public void A_baseline_differs_from_grpo_in_more_than_its_name_and_starts_from_the_very_same_warm_up(string file)
    {
        var (grpo, recipe) = (Read("grpo.yaml"), Read(file));
        Assert.Equal(WarmUp(grpo), WarmUp(recipe));
        Assert.Equal(RecipePrinter.Print(grpo.Evaluation), RecipePrinter.Print(recipe.Evaluation));
        if (file != "grpo.yaml")
            Assert.NotEqual(grpo.AllPhases().Skip(2).Select(p => RecipePrinter.Print(p)), recipe.AllPhases().Skip(2).Select(p => RecipePrinter.Print(p)));
        Assert.Equal(40, recipe.AllPhases().Skip(2).Sum(p => p.Training.MaxSteps)); // the same budget of steps
    }

    [Theory, MemberData(nameof(Files))]
    public void Its_guidance_can_be_built(string file)
    {
        var problems = new ProblemSet("test", Scripted.Problems(1));
        var sampler = new GroupSampler(new ScriptedEngine((_, _) => 0), RewardModel.Paper, 8);
        foreach (var phase in Read(file).AllPhases().Where(p => p.Guidance.When != GuidanceTrigger.Labelled)) // labels are the user's own
            Assert.NotNull(GuidanceBuilder.Build(phase.Guidance, sampler, new PlainFormatter(), new HintMaker(phase.Guidance.HintUnit, null), problems, 1));
    }

    private static string[] WarmUp(Recipe recipe) => [.. recipe.AllPhases().Take(2).Select(p => RecipePrinter.Print(WarmUpCache.WhatMatters(p)))];

    private static Recipe Read(string file) => RecipeReader.Read<Recipe>(Path.Combine(Folder, file));
}
