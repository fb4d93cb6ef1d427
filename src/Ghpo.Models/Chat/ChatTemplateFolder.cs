using System.Text.Json;
using Ghpo.Models.Chat.Jinja;
using Ghpo.Models.Tokenization;

namespace Ghpo.Models.Chat;

/// <summary>Finds the chat templates of a checkpoint folder.</summary>
internal static class ChatTemplateFolder
{
    public static ChatTemplate? Read(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var config = Path.Combine(folder, "tokenizer_config.json");
        try
        {
            return Read(folder, config);
        }
        catch (Exception error) when (error is InvalidOperationException or TokenizerException)
        {
            // Half of a surrogate pair or bytes that are no UTF-8, which JSON lets pass; or a special token that is none.
            throw new ChatTemplateException(error is TokenizerException ? error.Message : $"{config}: {error.Message}", error);
        }
    }

    private static ChatTemplate? Read(string folder, string config)
    {
        using var document = ParseIfThere(config);
        var templates = new Dictionary<string, Template>();
        AddFromFiles(folder, templates);
        if (templates.Count == 0 && document is not null)
            AddFromConfig(config, document.RootElement, templates);
        if (templates.Count == 0)
            AddFromProcessor(Path.Combine(folder, "chat_template.json"), templates);
        if (templates.Count == 0)
            return null;

        var tokens = document is null ? new SpecialTokens() : SpecialTokens.Read(document.RootElement);
        if (tokens.ByName.Count == 0)
        {
            using var map = ParseIfThere(Path.Combine(folder, "special_tokens_map.json"));
            tokens = map is null ? tokens : SpecialTokens.Read(map.RootElement);
        }

        return new ChatTemplate(templates, ChatTemplate.TokensByName(tokens));
    }

    private static void AddFromFiles(string folder, Dictionary<string, Template> templates)
    {
        var standard = Path.Combine(folder, "chat_template.jinja");
        if (File.Exists(standard))
            templates["default"] = Template.Parse(File.ReadAllText(standard), standard);
        var others = Path.Combine(folder, "additional_chat_templates");
        if (!Directory.Exists(others))
            return;
        foreach (var file in Directory.EnumerateFiles(others, "*.jinja").Order(StringComparer.Ordinal))
            templates[Path.GetFileNameWithoutExtension(file)] = Template.Parse(File.ReadAllText(file), file);
    }

    private static void AddFromConfig(string file, JsonElement config, Dictionary<string, Template> templates)
    {
        if (config.ValueKind != JsonValueKind.Object || !config.TryGetProperty("chat_template", out var value) || value.ValueKind == JsonValueKind.Null)
            return;
        if (value.ValueKind == JsonValueKind.String)
        {
            templates["default"] = Template.Parse(value.GetString()!, $"{file}, chat_template");
            return;
        }

        if (value.ValueKind != JsonValueKind.Array)
            throw new ChatTemplateException($"{file}: key 'chat_template': expected a text or a list of named templates, found {value.ValueKind}.");
        foreach (var entry in value.EnumerateArray())
        {
            if (entry.ValueKind != JsonValueKind.Object || !entry.TryGetProperty("name", out var name) || !entry.TryGetProperty("template", out var template)
                || name.ValueKind != JsonValueKind.String || template.ValueKind != JsonValueKind.String)
                throw new ChatTemplateException($"{file}: key 'chat_template': each entry of the list must have 'name' and 'template'.");
            templates[name.GetString()!] = Template.Parse(template.GetString()!, $"{file}, chat_template '{name.GetString()}'");
        }
    }

    // Models with images keep theirs in a file of their processor's.
    private static void AddFromProcessor(string file, Dictionary<string, Template> templates)
    {
        using var document = ParseIfThere(file);
        if (document is not null)
            AddFromConfig(file, document.RootElement, templates);
    }

    private static JsonDocument? ParseIfThere(string file)
    {
        try
        {
            return File.Exists(file) ? JsonDocument.Parse(File.ReadAllBytes(file)) : null;
        }
        catch (JsonException error)
        {
            throw new ChatTemplateException($"{file}: not valid JSON at line {error.LineNumber + 1}: {error.Message}", error);
        }
    }
}
