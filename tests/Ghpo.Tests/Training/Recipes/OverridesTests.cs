using Ghpo.Training.Recipes;

namespace Ghpo.Tests.Training.Recipes;

public class OverridesTests
{
    private const string Yaml = "name: a\noven: { temperature: 200 }\nphases: [{ steps: 1, oven: { heat: grill } }, { steps: 2, oven: { heat: grill } }]";

    private static CakeRecipe Read(params string[] overrides) => RecipeReader.Parse<CakeRecipe>(Yaml, "cake.yaml", overrides);

    private static string Error(params string[] overrides) =>
        Assert.Single(Assert.Throws<RecipeException>(() => Read(overrides)).Errors).ToString();

    [Fact]
    public void A_full_path_sets_a_key_and_later_ones_win()
    {
        Assert.Equal(120, Read("oven.temperature=100", "oven.temperature=120").Oven.Temperature);
        Assert.Equal("b", Read("name=b").Name);
        Assert.Equal(9, Read("phases[1].steps=9").Phases[1].Steps);
        Assert.Equal(30, Read("phases[0].oven.max_minutes=30").Phases[0].Oven.MaxMinutes);
        Assert.Equal([0.5], Read("dough.ratios=[0.5]").Dough.Ratios);
    }

    [Fact]
    public void A_bare_name_sets_the_only_key_of_that_name_and_the_phases_inherit_it()
    {
        var cake = Read("learning_rate=3e-4");
        Assert.Equal(3e-4, cake.Oven.LearningRate);
        Assert.Equal(3e-4, cake.Phases[1].Oven.LearningRate);
    }

    [Fact]
    public void An_element_or_entry_of_a_default_changes_alone()
    {
        Assert.Equal([0.25, 0.6, 0.75], Read("dough.ratios[1]=0.6").Dough.Ratios);
        Assert.Equal([new("flour", 3), new("butter", 7)], Read("dough.parts.butter=7").Dough.Parts);
    }

    [Fact]
    public void A_text_need_not_be_quoted_for_yaml()
    {
        Assert.Equal("Answer: yes # really", Read("note=Answer: yes # really").Dough.Note);
        Assert.Equal("{x}", Read("note={x}").Dough.Note);
        Assert.Equal("quoted", Read("note=\"quoted\"").Dough.Note);
        Assert.Equal("a=b", Read("note=a=b").Dough.Note);
        Assert.Null(Read("note=null").Dough.Note);
    }

    [Theory]
    [InlineData("temperature=5", "--set temperature=5: several keys have this name; say which: oven.temperature, dough.temperature")]
    [InlineData("learning_rat=5", "--set learning_rat=5: unknown key; did you mean oven.learning_rate?")]
    [InlineData("oven.learning_rat=5", "--set oven.learning_rat=5: unknown key oven.learning_rat; did you mean oven.learning_rate?")]
    [InlineData("zebra=5", "--set zebra=5: no key has this name; --print shows all keys")]
    [InlineData("learning_rate=abc", "--set learning_rate=abc: oven.learning_rate: expected a number above 0, got abc")]
    [InlineData("oven.learning_rate=-1", "--set oven.learning_rate=-1: expected a number above 0, got -1")]
    [InlineData("learning_rate", "--set learning_rate: expected key=value, as in optimization.learning_rate=1e-6")]
    [InlineData("phases[2].steps=1", "--set phases[2].steps=1: phases has the elements 0 to 1")]
    [InlineData("oven[0]=1", "--set oven[0]=1: oven is a mapping of keys, not a list")]
    [InlineData("name.first=1", "--set name.first=1: name is text and has no keys")]
    [InlineData("steps=3", "--set steps=3: several keys have this name; say which: phases[0].steps, phases[1].steps")]
    [InlineData("heat=grill", "--set heat=grill: oven.heat: this would change nothing, for each of phases sets the key itself; set phases[0].oven.heat or phases[1].oven.heat")]
    [InlineData("extends=other.yaml", "--set extends=other.yaml: no key has this name; --print shows all keys")]
    [InlineData("oven.fan=[", "--set oven.fan=[: the value is not valid YAML")]
    public void A_wrong_override_is_an_error_with_the_override_as_its_place(string text, string expected) => Assert.Equal(expected, Error(text));

    [Fact]
    public void Wrong_overrides_come_together_with_the_errors_of_the_file()
    {
        var errors = Assert.Throws<RecipeException>(() => RecipeReader.Parse<CakeRecipe>("name: a\noven: { temperature: 1 }", "cake.yaml", ["seed=x", "sed=1"])).Errors;
        Assert.Equal(["--set sed=1", "--set seed=x", "cake.yaml:2:22"], errors.Select(error => error.Place).Order(StringComparer.Ordinal));
    }
}
