using System.Text;
using Ghpo.Models.Chat.Jinja.Values;

namespace Ghpo.Models.Chat.Jinja;

/// <summary>One rendering while it goes on: its limits, its dialect, the text so far.</summary>
internal sealed class Rendering(TemplateDialect dialect, Func<DateTime> now)
{
    public Budget Budget { get; } = new();

    public TemplateDialect Dialect => dialect;

    public DateTime Now => now();

    public StringBuilder Output { get; private set; } = new();

    public void Write(string text)
    {
        if (Output.Length + text.Length > Budget.LargestText)
            throw new JinjaException($"the template writes more than {Budget.LargestText:N0} characters, which is the limit");
        Output.Append(text);
    }

    /// <summary>What a part of the template writes, as a value.</summary>
    public string Capture(Action write)
    {
        var outer = Output;
        Output = new StringBuilder();
        try
        {
            write();
            return Output.ToString();
        }
        finally
        {
            Output = outer;
        }
    }

    /// <summary>A value as text: what filters and <c>~</c> see.</summary>
    public string Str(object? value) => Budget.Text(dialect == TemplateDialect.HuggingFaceJs ? JavaScriptText.Str(value) : PythonText.Str(value));

    /// <summary>A value as <c>{{ … }}</c> prints it.</summary>
    public string Print(object? value) =>
        dialect == TemplateDialect.TransformersWithJson && value is (JinjaSequence or JinjaDictionary) ? Budget.Text(JavaScriptText.Str(value)) : Str(value);
}
