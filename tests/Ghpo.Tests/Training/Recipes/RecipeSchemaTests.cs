using System.Text.Json.Nodes;
using Ghpo.Training.Recipes;

namespace Ghpo.Tests.Training.Recipes;

public class RecipeSchemaTests
{
    private readonly JsonNode _schema = JsonNode.Parse(RecipeSchema.Create<CakeRecipe>("A cake"))!;

    [Fact]
    public void The_schema_refuses_unknown_keys_and_knows_extends()
    {
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", (string?)_schema["$schema"]);
        Assert.Equal("A cake", (string?)_schema["title"]);
        Assert.False((bool)_schema["additionalProperties"]!);
        Assert.False((bool)_schema["properties"]!["oven"]!["additionalProperties"]!);
        Assert.Equal("string", (string?)_schema["properties"]!["extends"]!["type"]);
        Assert.Null(_schema["required"]);
    }

    [Fact]
    public void Keys_carry_descriptions_limits_values_and_defaults()
    {
        var oven = _schema["properties"]!["oven"]!["properties"]!;
        AssertJson("""{"description":"Heat in degrees Celsius; a number from 20 to 300","type":"number","minimum":20,"maximum":300,"default":180}""", oven["temperature"]);
        AssertJson("""{"description":"a number above 0","type":"number","exclusiveMinimum":0,"default":1e-6}""", oven["learning_rate"]);
        AssertJson("""{"description":"a whole number of at least 1, or null","type":["integer","null"],"minimum":1,"default":null}""", oven["max_minutes"]);
        AssertJson("""["top-and-bottom","grill","hot_air"]""", oven["heat"]!["enum"]);
        AssertJson("\"top-and-bottom\"", oven["heat"]!["default"]);
        var dough = _schema["properties"]!["dough"]!["properties"]!;
        AssertJson("""{"type":"number","minimum":0}""", dough["parts"]!["additionalProperties"]);
        AssertJson("""{"flour":3,"butter":2}""", dough["parts"]!["default"]);
        AssertJson("[0.25,0.5,0.75]", dough["ratios"]!["default"]);
        AssertJson("""["fruit"]""", dough["layers"]!["items"]!["required"]);
    }

    [Fact]
    public void A_phase_refers_to_the_sections_that_it_inherits()
    {
        var phase = _schema["properties"]!["phases"]!["items"]!;
        AssertJson("""{"$ref":"#/properties/oven"}""", phase["properties"]!["oven"]);
        Assert.Null(phase["required"]);
    }

    private static void AssertJson(string expected, JsonNode? actual) =>
        Assert.Equal(JsonNode.Parse(expected)!.ToJsonString(), actual?.ToJsonString());
}
