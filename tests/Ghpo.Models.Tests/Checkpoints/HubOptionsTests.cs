using Ghpo.Models.Checkpoints;

namespace Ghpo.Models.Tests.Checkpoints;

/// <summary>The environment is read with the rules of Python's huggingface_hub.</summary>
public sealed class HubOptionsTests
{
    private static readonly string Home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    private static HubOptions Read(params (string Name, string Value)[] variables) =>
        new(name => variables.Where(v => v.Name == name).Select(v => v.Value).FirstOrDefault());

    [Theory]
    [InlineData("", "~/.cache/huggingface/hub")]
    [InlineData("XDG_CACHE_HOME=/x", "/x/huggingface/hub")]
    [InlineData("HF_HOME=/hf XDG_CACHE_HOME=/x", "/hf/hub")]
    [InlineData("HF_HOME=~/models", "~/models/hub")]
    [InlineData("HF_HOME=$SCRATCH/hf SCRATCH=/scratch", "/scratch/hf/hub")]
    [InlineData("HF_HOME=${SCRATCH}x SCRATCH=/scratch", "/scratchx/hub")]
    [InlineData("HF_HOME=/hf HUGGINGFACE_HUB_CACHE=/old", "/old")]
    [InlineData("HF_HUB_CACHE=/new HUGGINGFACE_HUB_CACHE=/old HF_HOME=/hf", "/new")]
    public void The_cache_is_where_Python_has_it(string variables, string expected)
    {
        var options = Read([.. variables.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(v => (v.Split('=')[0], v.Split('=')[1]))]);
        Assert.Equal(Path.GetFullPath(expected.Replace("~", Home, StringComparison.Ordinal)), options.CacheFolder);
    }

    [Fact]
    public void The_endpoint_is_the_public_hub_or_a_mirror()
    {
        Assert.Equal("https://huggingface.co", Read().Endpoint);
        Assert.Equal("https://mirror.example/hf", Read(("HF_ENDPOINT", "https://mirror.example/hf/")).Endpoint);
    }

    [Theory]
    [InlineData("HF_HUB_OFFLINE", "1", true)]
    [InlineData("HF_HUB_OFFLINE", "true", true)]
    [InlineData("TRANSFORMERS_OFFLINE", "YES", true)]
    [InlineData("HF_HUB_OFFLINE", "0", false)]
    [InlineData("HF_HUB_OFFLINE", "", false)]
    public void Offline_is_asked_for_by_either_name(string name, string value, bool expected) =>
        Assert.Equal(expected, Read((name, value)).Offline);

    [Fact]
    public void The_token_is_that_of_the_environment_or_of_its_file()
    {
        var folder = Directory.CreateTempSubdirectory("ghpo-hub-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "token"), "hf_home\n");
            File.WriteAllText(Path.Combine(folder.FullName, "other"), " hf_other ");
            var home = ("HF_HOME", folder.FullName);
            Assert.Equal("hf_home", Read(home).Token);
            Assert.Equal("hf_other", Read(home, ("HF_TOKEN_PATH", Path.Combine(folder.FullName, "other"))).Token);
            Assert.Equal("hf_env", Read(home, ("HF_TOKEN", "hf_env")).Token);
            Assert.Null(Read(home, ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"), ("HF_TOKEN", "hf_env")).Token);
            Assert.Null(Read(("HF_HOME", Path.Combine(folder.FullName, "none"))).Token);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task An_endpoint_that_is_no_address_is_named()
    {
        var options = Read(("HF_ENDPOINT", "mirror"), ("HF_HOME", Path.GetTempPath()));
        var error = await Assert.ThrowsAsync<HubException>(() => ModelHub.ResolveAsync("org/none", options));
        Assert.Contains("HF_ENDPOINT is 'mirror'", error.Message, StringComparison.Ordinal);
    }
}
