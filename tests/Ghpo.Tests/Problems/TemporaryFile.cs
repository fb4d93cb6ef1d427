using Ghpo.Problems;

namespace Ghpo.Tests.Problems;

/// <summary>A data file for one test.</summary>
internal sealed class TemporaryFile : IDisposable
{
    public TemporaryFile(string ending, byte[] content)
    {
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"ghpo-{Guid.NewGuid():N}{ending}");
        File.WriteAllBytes(Path, content);
    }

    public TemporaryFile(string ending, string content)
        : this(ending, System.Text.Encoding.UTF8.GetBytes(content))
    {
    }

    public string Path { get; }

    public ProblemSet Load(ProblemOptions? options = null, LoadContext? context = null, ProblemSplit split = ProblemSplit.Train, ulong seed = 0) =>
        ProblemLoader.Load((options ?? new()) with { Path = Path }, seed, split, context);

    /// <summary>The message with which the file is refused; it names the file.</summary>
    public string Refusal(ProblemOptions? options = null)
    {
        var message = Assert.Throws<InvalidDataException>(() => Load(options)).Message;
        Assert.Contains(Path, message, StringComparison.Ordinal);
        return message[(message.IndexOf(Path, StringComparison.Ordinal) + Path.Length)..];
    }

    public void Dispose() => File.Delete(Path);
}
