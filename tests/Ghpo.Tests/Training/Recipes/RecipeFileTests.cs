using System.Text;
using Ghpo.Training.Recipes;

namespace Ghpo.Tests.Training.Recipes;

public sealed class RecipeFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ghpo-recipes").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private string Error(string path) =>
        Assert.Single(Assert.Throws<RecipeException>(() => RecipeReader.Read<CakeRecipe>(path)).Errors).ToString().Replace(_folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);

    [Fact]
    public void A_recipe_extends_another_mappings_key_by_key_and_lists_as_a_whole()
    {
        Write("base.yaml", "name: base\noven: { temperature: 200, fan: true }\ndough: { ratios: [0.1, 0.2] }\nphases: [{ steps: 5 }, { steps: 6 }]");
        Write("middle.yaml", "extends: base.yaml\noven: { temperature: 100 }");
        var cake = RecipeReader.Read<CakeRecipe>(Write("top.yaml", "extends: middle.yaml\nname: top\ndough: { ratios: [0.9] }\nphases: [{ steps: 7 }]"));

        Assert.Equal("top", cake.Name);
        Assert.Equal(new Oven { Temperature = 100, Fan = true }, cake.Oven);
        Assert.Equal([0.9], cake.Dough.Ratios);
        Assert.Equal([7], cake.Phases.Select(phase => phase.Steps));
    }

    [Fact]
    public void An_error_names_the_file_in_which_the_value_was_written()
    {
        Write("base.yaml", "name: base\noven: { temperature: 1 }");
        Assert.StartsWith("base.yaml:2:", Error(Write("top.yaml", "extends: base.yaml")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_circle_of_recipes_is_refused()
    {
        Write("b.yaml", "extends: c.yaml");
        Write("c.yaml", "extends: b.yaml");
        Assert.Equal("c.yaml:1:10: extends: the recipes extend each other in a circle (b.yaml → c.yaml → b.yaml); break it", Error(Write("a.yaml", "extends: b.yaml")));
    }

    [Fact]
    public void A_missing_file_names_the_nearest_one()
    {
        Write("quickstart.yaml", "name: a");
        Assert.Equal("quikstart.yaml: there is no such file; did you mean quickstart.yaml?", Error(Path.Combine(_folder, "quikstart.yaml")));
        Assert.Equal("quickstart: there is no such file; did you mean quickstart.yaml?", Error(Path.Combine(_folder, "quickstart")));
        Assert.Equal("a.yaml:1:10: extends: quickstar.yaml: there is no such file; did you mean quickstart.yaml?", Error(Write("a.yaml", "extends: quickstar.yaml")));
        Assert.StartsWith("no/where.yaml: there is no such file, nor a folder", Error(Path.Combine(_folder, "no", "where.yaml")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_a_binary_file_and_a_huge_file_are_no_recipes()
    {
        var path = Path.Combine(_folder, "model.safetensors");
        Assert.EndsWith("this is a folder; expected a recipe, a YAML file", Error(_folder), StringComparison.Ordinal);
        File.WriteAllBytes(path, [0x10, 0, 0, 0, 0x7b, 0x22]);
        Assert.Equal("model.safetensors: this is a binary file; expected YAML text", Error(path));
        File.WriteAllBytes(path, [0x66, 0xff, 0xfe, 0x80]);
        Assert.Equal("model.safetensors: this is no UTF-8 text; expected YAML", Error(path));
        File.WriteAllBytes(path, new byte[2 << 20]);
        Assert.Equal("model.safetensors: the file has 2,097,152 bytes; a recipe is a short YAML text", Error(path));
    }

    [Fact]
    public void A_byte_order_mark_and_windows_line_ends_do_no_harm()
    {
        var path = Path.Combine(_folder, "windows.yaml");
        File.WriteAllText(path, "name: a\r\noven:\r\n  temperature: 50\r\n", new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        Assert.Equal(50, RecipeReader.Read<CakeRecipe>(path).Oven.Temperature);
    }
}
