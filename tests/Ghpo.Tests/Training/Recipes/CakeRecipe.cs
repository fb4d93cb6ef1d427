using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Ghpo.Training.Recipes;

namespace Ghpo.Tests.Training.Recipes;

/// <summary>A small recipe of its own, with one key of every kind.</summary>
public sealed record CakeRecipe : IValidated
{
    [Description("What the cake is called")]
    [MinLength(1)]
    public required string Name { get; init; }

    [Description("Key of every random stream")]
    public ulong Seed { get; init; } = 42;

    [Description("How it is baked")]
    public Oven Oven { get; init; } = new();

    public Dough Dough { get; init; } = new();

    [Description("Decoration, none by default")]
    public Topping? Topping { get; init; }

    [Description("One after the other")]
    [InheritsSections]
    [MinLength(1)]
    public IReadOnlyList<BakingPhase> Phases { get; init; } = [new() { Steps = 1 }];

    public IEnumerable<RecipeProblem> Validate()
    {
        if (Name == "mud")
            yield return new("name", "mud is no cake");
    }
}

public sealed record BakingPhase
{
    public string? Title { get; init; }

    [Description("Steps of this phase")]
    [Range(1, int.MaxValue)]
    public required int Steps { get; init; }

    public Oven Oven { get; init; } = new();

    public Dough Dough { get; init; } = new();
}

public sealed record Oven : IValidated
{
    [Description("Heat in degrees Celsius")]
    [Range(20.0, 300.0)]
    public double Temperature { get; init; } = 180;

    [Range(0.0, double.PositiveInfinity, MinimumIsExclusive = true)]
    public double LearningRate { get; init; } = 1e-6;

    [Range(1, int.MaxValue)]
    public int? MaxMinutes { get; init; }

    public bool Fan { get; init; }

    [Description("Where the heat comes from")]
    public Heat Heat { get; init; } = Heat.TopAndBottom;

    public IEnumerable<RecipeProblem> Validate()
    {
        if (Fan && Temperature > 250)
            yield return new("temperature", "expected at most 250 with the fan on");
    }
}

public sealed record Dough
{
    [Description("Parts of each ingredient")]
    [Range(0.0, double.PositiveInfinity)]
    public IReadOnlyDictionary<string, double> Parts { get; init; } = new Dictionary<string, double> { ["flour"] = 3, ["butter"] = 2 };

    [Range(0.0, 1.0)]
    [MinLength(1)]
    public IReadOnlyList<double> Ratios { get; init; } = [0.25, 0.5, 0.75];

    public IReadOnlyList<Layer> Layers { get; init; } = [];

    public string? Note { get; init; }

    [Range(1, 10)]
    public int Temperature { get; init; } = 4;
}

public sealed record Layer
{
    public required string Fruit { get; init; }

    public double Weight { get; init; } = 1;
}

public sealed record Topping
{
    [AllowedValues("red", "blue")]
    public string Colour { get; init; } = "red";
}

public enum Heat
{
    TopAndBottom,
    Grill,

    [JsonStringEnumMemberName("hot_air")]
    HotAir,
}
