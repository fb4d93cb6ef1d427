namespace Ghpo.Models.Chat.Jinja.Values;

/// <summary>What a name, key or attribute that is not there gives: empty and false; anything else done with it is an error that says what was missing.</summary>
internal sealed class Undefined(string message)
{
    public string Message => message;

    public JinjaException Error() => new(message);

    public static Undefined Name(string name) => new($"'{name}' is undefined");

    public static Undefined Member(object? owner, object? member) => owner is Undefined or null
        ? new($"'None' has no attribute '{member}'")
        : member is string name ? new($"'{PythonType.Name(owner)} object' has no attribute '{name}'") : new($"'{PythonType.Name(owner)} object' has no element {PythonText.Repr(member)}");
}
