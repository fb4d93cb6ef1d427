using Ghpo.Training.Recipes;

namespace Ghpo.Tests.Training.Recipes;

public class RecipePrinterTests
{
    [Fact]
    public void Every_default_is_visible_with_its_description()
    {
        var text = RecipePrinter.Print(RecipeReader.Parse<CakeRecipe>("name: a\nphases: [{ steps: 2 }, { steps: 3, oven: { fan: true } }]"), "The whole recipe");
        Assert.Equal("""
            # The whole recipe
            # What the cake is called; text of at least 1 character
            name: a
            # Key of every random stream
            seed: 42

            # How it is baked
            oven:
              # Heat in degrees Celsius; a number from 20 to 300
              temperature: 180
              # a number above 0
              learning_rate: 1e-6
              # a whole number of at least 1, or null
              max_minutes: null
              fan: false
              # Where the heat comes from; one of top-and-bottom, grill, hot_air
              heat: top-and-bottom

            dough:
              # Parts of each ingredient; a mapping from names to values, each a number of at least 0
              parts: { flour: 3, butter: 2 }
              # a list of at least 1 element, each a number from 0 to 1
              ratios: [0.25, 0.5, 0.75]
              layers: []
              note: null
              # a whole number from 1 to 10
              temperature: 4

            # Decoration, none by default
            topping: null

            # One after the other; a list of at least 1 element, each a mapping of keys
            phases:
              - title: null
                # Steps of this phase; a whole number of at least 1
                steps: 2
              - steps: 3
                oven:
                  fan: true

            """.ReplaceLineEndings("\n"), text);
    }

    [Theory]
    [InlineData("name: a")]
    [InlineData("name: a\ntopping: { colour: blue }\ndough: { layers: [{ fruit: plum }, { fruit: \"- x: y #z\", weight: 1e-300 }], parts: {} }")]
    [InlineData("name: a\noven: { max_minutes: 5, learning_rate: 0.1, temperature: 33.3333333333333 }\nphases: [{ steps: 1, oven: { max_minutes: null } }, { title: '', steps: 9 }]")]
    [InlineData("name: a\nphases: [{ steps: 1 }, { steps: 2, title: t, dough: { parts: { flour: 9 }, layers: [{ fruit: a }, { fruit: b }, { fruit: c, weight: 3 }] } }, { steps: 2 }]")]
    [InlineData("name: a\nphases: [{ steps: 1, dough: { parts: { x: 1 }, ratios: [1], layers: [{ fruit: b }] } }]")]
    public void What_is_printed_reads_back_to_the_same_recipe(string yaml)
    {
        var cake = RecipeReader.Parse<CakeRecipe>(yaml);
        var text = RecipePrinter.Print(cake);
        var again = RecipeReader.Parse<CakeRecipe>(text);
        Assert.Equal(text, RecipePrinter.Print(again));
        Assert.Equivalent(cake, again, strict: true);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("True")]
    [InlineData("12")]
    [InlineData("1e5")]
    [InlineData("-")]
    [InlineData("- a")]
    [InlineData("a: b")]
    [InlineData("a #b")]
    [InlineData(" a ")]
    [InlineData("~")]
    [InlineData(".")]
    [InlineData("...")]
    [InlineData("---")]
    [InlineData("{x}")]
    [InlineData("tab\there")]
    [InlineData("quote \" and \\ back")]
    [InlineData("two\nlines")]
    [InlineData("two\nlines\n")]
    [InlineData("two\n\nlines\n\n")]
    [InlineData("two  \nlines")]
    [InlineData("  two\nlines")]
    [InlineData("\n")]
    [InlineData("\ntwo")]
    [InlineData("a\r\nb")]
    [InlineData("a\u0000b\u0007\u0085\u2028\uFEFF")]
    [InlineData("# two\n  # lines")]
    [InlineData("Grüße 你好 🎂\nzwei")]
    [InlineData("a\n\tb")]
    public void Any_text_survives(string note)
    {
        var cake = new CakeRecipe { Name = "a", Dough = new() { Note = note } };
        Assert.Equal(note, RecipeReader.Parse<CakeRecipe>(RecipePrinter.Print(cake)).Dough.Note);
    }
}
