namespace Ghpo.Models.Chat;

/// <summary>Whose way of printing values a template follows. They agree on text; they differ on what templates rarely print bare: truth values, none, lists, dictionaries.</summary>
public enum TemplateDialect
{
    /// <summary>Jinja2 as transformers sets it up: <c>True</c>, <c>None</c>, <c>['a']</c>; adding a string and a number is an error.</summary>
    Transformers,

    /// <summary>The engine of huggingface.js: <c>true</c>, nothing for none, <c>["a"]</c>; adding a string and anything else joins them.</summary>
    HuggingFaceJs,

    /// <summary>Transformers in everything, errors included, but that a list or dictionary in <c>{{ … }}</c>, and a list through the filter <c>string</c>, are printed as JSON.</summary>
    TransformersWithJson,
}
