using Ghpo.Training.Recipes;

namespace Ghpo.Tests.Training.Recipes;

public class RecipeReaderTests
{
    private static CakeRecipe Read(string yaml, params string[] overrides) => RecipeReader.Parse<CakeRecipe>(yaml, "cake.yaml", overrides);

    private static string[] Errors(string yaml, params string[] overrides) =>
        [.. Assert.Throws<RecipeException>(() => Read(yaml, overrides)).Errors.Select(error => error.ToString())];

    [Fact]
    public void Keys_that_are_not_written_keep_their_defaults()
    {
        var cake = Read("name: plain");

        Assert.Equal("plain", cake.Name);
        Assert.Equal(42UL, cake.Seed);
        Assert.Equal(new Oven(), cake.Oven);
        Assert.Null(cake.Topping);
        Assert.Equal([0.25, 0.5, 0.75], cake.Dough.Ratios);
        Assert.Equal(1, Assert.Single(cake.Phases).Steps);
    }

    [Fact]
    public void Every_kind_of_value_is_read()
    {
        var cake = Read("""
            name: rich
            seed: 18446744073709551615
            oven: { temperature: 2.0e2, max_minutes: 45, fan: true, heat: hot_air }
            dough:
              parts: { flour: 1, "nut.meg": 0.1 }
              ratios: [0, 1]
              layers:
                - fruit: cherry
                - { fruit: plum, weight: 2 }
              note: "null"
            topping: {}
            phases: [{ steps: 2 }]
            """);

        Assert.Equal(ulong.MaxValue, cake.Seed);
        Assert.Equal(new Oven { Temperature = 200, MaxMinutes = 45, Fan = true, Heat = Heat.HotAir }, cake.Oven);
        Assert.Equal([new("flour", 1), new("nut.meg", 0.1)], cake.Dough.Parts);
        Assert.Equal([0, 1], cake.Dough.Ratios);
        Assert.Equal([new Layer { Fruit = "cherry" }, new Layer { Fruit = "plum", Weight = 2 }], cake.Dough.Layers);
        Assert.Equal("null", cake.Dough.Note);
        Assert.Equal(new Topping(), cake.Topping);
    }

    [Fact]
    public void All_errors_come_at_once_each_with_line_key_expectation_and_nearest_key()
    {
        var errors = Errors("""
            nam: plain
            oven:
              temperature: 999
              temprature: 1
              fan: yes
              heat: gril
              max_minutes: 1.5
            dough:
              ratios: [0.5, 2]
              parts: { flour: -1 }
              layers: [{ weight: 1 }]
            topping: { colour: green }
            seed: -1
            seed: 2
            phases:
              - steps: 0
            """);

        Assert.Equal(
        [
            "cake.yaml:1:1: nam: unknown key; did you mean name?",
            "cake.yaml:1:1: name: this key is required: text of at least 1 character (What the cake is called)",
            "cake.yaml:3:16: oven.temperature: expected a number from 20 to 300, got 999",
            "cake.yaml:4:3: oven.temprature: unknown key; did you mean temperature?",
            "cake.yaml:5:8: oven.fan: expected true or false, got yes",
            "cake.yaml:6:9: oven.heat: expected one of top-and-bottom, grill, hot_air, got gril; did you mean grill?",
            "cake.yaml:7:16: oven.max_minutes: expected a whole number of at least 1, got 1.5",
            "cake.yaml:9:17: dough.ratios[1]: expected a number from 0 to 1, got 2",
            "cake.yaml:10:19: dough.parts.flour: expected a number of at least 0, got -1",
            "cake.yaml:11:12: dough.layers[0].fruit: this key is required: text",
            "cake.yaml:12:20: topping.colour: expected one of red, blue, got green",
            "cake.yaml:13:7: seed: expected a whole number, got -1",
            "cake.yaml:14:1: seed: the key stands here twice, first in line 13; keep one of them",
            "cake.yaml:16:12: phases[0].steps: expected a whole number of at least 1, got 0",
        ], errors);
    }

    [Theory]
    [InlineData("name: [a]", "cake.yaml:1:7: name: expected text of at least 1 character, got a list")]
    [InlineData("name: a\noven: 5", "cake.yaml:2:7: oven: expected a mapping of keys, got 5")]
    [InlineData("name: a\noven:", "cake.yaml:2:6: oven: expected a mapping of keys, got nothing; give a value or remove the key")]
    [InlineData("name: a\ndough: { ratios: [] }", "cake.yaml:2:18: dough.ratios: expected a list of at least 1 element, each a number from 0 to 1, got an empty list")]
    [InlineData("name: a\noven: { learning_rate: 0 }", "cake.yaml:2:24: oven.learning_rate: expected a number above 0, got 0")]
    [InlineData("name: a\noven: { learning_rate: \"1\" }", "cake.yaml:2:24: oven.learning_rate: expected a number above 0, got the text \"1\"")]
    [InlineData("name: a\noven: { learning_rate: .nan }", "cake.yaml:2:24: oven.learning_rate: expected a number above 0, got .nan")]
    [InlineData("name: a\nphases: []", "cake.yaml:2:9: phases: expected a list of at least 1 element, each a mapping of keys")]
    [InlineData("name: a\nphases: [3]", "cake.yaml:2:10: phases[0]: expected a mapping of keys, got 3")]
    [InlineData("name: &x a", "cake.yaml:1:7: not valid YAML: anchors (&) and aliases (*) are not used in recipes: write the value out, or quote a text that begins so")]
    [InlineData("name: *x", "cake.yaml:1:7: not valid YAML: anchors (&) and aliases (*) are not used in recipes: write the value out, or quote a text that begins so")]
    [InlineData("name: a\n---\nname: b", "cake.yaml:2:1: a second YAML document begins here; a recipe is one document: remove the line ---")]
    [InlineData("", "cake.yaml: the recipe is empty; expected keys and values (recipes/quickstart.yaml is an example)")]
    [InlineData("# only a comment\n", "cake.yaml: the recipe is empty; expected keys and values (recipes/quickstart.yaml is an example)")]
    [InlineData("- a\n- b", "cake.yaml:1:1: a recipe is a mapping of keys and values; this is something else")]
    [InlineData("just text", "cake.yaml:1:1: a recipe is a mapping of keys and values; this is something else")]
    public void One_error_says_where_and_what(string yaml, string expected) => Assert.Equal([expected], Errors(yaml));

    [Theory]
    [InlineData("name: a\n\tseed: 1")]
    [InlineData("name: [a")]
    [InlineData("name: \"a")]
    [InlineData("name: a: b")]
    [InlineData("a: b: c\n  - {")]
    public void Broken_yaml_is_one_error_with_its_line(string yaml)
    {
        var error = Assert.Single(Errors(yaml));
        Assert.Matches(@"^cake\.yaml:\d+:\d+: not valid YAML: .", error);
    }

    [Fact]
    public void Deep_nesting_is_refused_rather_than_overflowing_the_stack()
    {
        var error = Assert.Single(Errors("name: " + new string('[', 100_000)));
        Assert.Contains("more than 50 deep", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_across_keys_are_asked_only_when_the_keys_themselves_are_right()
    {
        Assert.Equal(["cake.yaml:2:20: oven.temperature: expected at most 250 with the fan on"], Errors("name: a\noven: { fan: true, temperature: 280 }"));
        Assert.Single(Errors("name: a\noven: { fan: true, temperature: 280, heat: sun }"));
        Assert.Equal(["cake.yaml:1:1: name: mud is no cake"], Errors("name: mud"));
    }

    [Fact]
    public void A_phase_inherits_the_sections_beside_the_list_key_by_key()
    {
        var cake = Read("""
            name: two
            oven: { temperature: 200, fan: true }
            phases:
              - { steps: 1, oven: { temperature: 100 } }
              - steps: 2
                dough: { parts: { sugar: 1 } }
            dough: { parts: { flour: 5 } }
            """);

        Assert.Equal(new Oven { Temperature = 100, Fan = true }, cake.Phases[0].Oven);
        Assert.Equal(cake.Oven, cake.Phases[1].Oven);
        Assert.Equal([new("flour", 5), new("sugar", 1)], cake.Phases[1].Dough.Parts);
        Assert.Null(cake.Phases[0].Title);
    }

    [Fact]
    public void A_null_takes_an_inherited_entry_of_a_dictionary_away()
    {
        var cake = Read("name: a\ndough: { parts: { flour: 5, salt: 1 } }\nphases: [{ steps: 1, dough: { parts: { salt: null, egg: 2 } } }]");
        Assert.Equal([new("flour", 5), new("egg", 2)], cake.Phases[0].Dough.Parts);
    }

    [Fact]
    public void An_error_in_an_inherited_section_is_reported_once()
    {
        Assert.Equal(["cake.yaml:2:22: oven.temperature: expected a number from 20 to 300, got 5"],
            Errors("name: a\noven: { temperature: 5 }\nphases: [{ steps: 1 }, { steps: 2 }]"));
    }

    [Fact]
    public void A_rule_that_the_sections_alone_break_holds_for_what_the_phases_make_of_them()
    {
        var cake = Read("name: a\noven: { fan: true, temperature: 280 }\nphases: [{ steps: 1, oven: { fan: false } }]");
        Assert.False(cake.Phases[0].Oven.Fan);

        var error = Assert.Single(Errors("name: a\noven: { fan: true }\nphases: [{ steps: 1 }, { steps: 1, oven: { temperature: 280 } }]"));
        Assert.StartsWith("cake.yaml:3:", error, StringComparison.Ordinal);
        Assert.Contains("phases[1].oven.temperature", error, StringComparison.Ordinal);
    }
}
