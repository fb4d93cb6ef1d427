namespace Ghpo.Models.Chat.Jinja.Values;

/// <summary>How huggingface.js prints a value: truth values in lower case, lists and dictionaries as JSON, nothing for none.</summary>
internal static class JavaScriptText
{
    public static string Str(object? value) => value switch
    {
        null or Undefined => "",
        string text => text,
        bool flag => flag ? "true" : "false",
        JinjaSequence or JinjaDictionary => Json(value),
        _ => PythonText.Str(value),
    };

    private static string Json(object? value) => value switch
    {
        JinjaSequence sequence => $"[{string.Join(", ", sequence.Items.Select(Json))}]",
        JinjaDictionary dictionary => $"{{{string.Join(", ", dictionary.Entries.Select(entry => $"{Json(PythonText.Str(entry.Key))}: {Json(entry.Value)}"))}}}",
        Undefined => "undefined",
        JinjaFunction or JinjaNamespace => PythonText.Str(value),
        _ => new JsonText().Write(value),
    };
}
