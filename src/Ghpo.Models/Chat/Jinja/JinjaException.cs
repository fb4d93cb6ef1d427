namespace Ghpo.Models.Chat.Jinja;

/// <summary>Something is wrong with a template or with what it does. The line is 0 until the statement that is at fault is known.</summary>
internal sealed class JinjaException(string message, int line = 0) : Exception(message)
{
    public int Line { get; set; } = line;
}
