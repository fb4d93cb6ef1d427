using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Ghpo.Models.Chat;
using Ghpo.Models.Tokenization;

namespace Ghpo.Cli;

/// <summary><c>ghpo render</c>: conversations to the text that a model reads, a JSON object a line, to compare with transformers.</summary>
internal static class RenderCommand
{
    public static Command Create()
    {
        var model = ModelSource.Optional("its chat template renders, its tokenizer gives the ids");
        var template = new Option<string?>("--template") { Description = "A file with a Jinja template, instead of a model's" };
        var input = new Option<string>("--input") { Description = "A file with a JSON object a line: {\"messages\": […]}, with tools, add_generation_prompt and any other variable of the template; - is standard input", Required = true };
        var output = new Option<string?>("--output") { Description = "Where the results go: {\"text\": …}, with a model's tokenizer {\"text\": …, \"ids\": […]}. Default: standard output" };
        var dialect = new Option<string>("--dialect") { Description = "Whose way to print truth values, none, lists and dictionaries: that of transformers (Python) or of huggingface.js; auto: transformers with --model; with --template transformers too, but lists and dictionaries as JSON, and huggingface.js for a bare context without messages, as its test cases are", DefaultValueFactory = _ => "auto" };
        dialect.AcceptOnlyFromAmong("auto", "transformers", "huggingface.js");
        var now = new Option<string?>("--now") { Description = "The time that templates see, such as 2025-03-05T12:00. Default: the time it is" };

        var command = new Command("render", "Render conversations with a chat template, one JSON object a line.") { model, template, input, output, dialect, now };
        command.Validators.Add(result =>
        {
            if (result.GetValue(model) is null == result.GetValue(template) is null)
                result.AddError("'render' needs either --model DIR or --template FILE.");
            if (result.GetValue(now) is { } text && !TryTime(text, out _))
                result.AddError($"--now: '{text}' is no time; expected one such as 2025-03-05T12:00.");
        });
        command.SetAction(async (parsed, ct) =>
        {
            var folder = parsed.GetValue(model) is { } name ? await ModelSource.ResolveAsync(name, parsed.InvocationConfiguration.Error, weights: false, ct).ConfigureAwait(false) : null;
            var chat = folder is null ? FromFile(parsed.GetValue(template)!) : FromFolder(folder);
            chat = chat.At(Time(parsed.GetValue(now)));
            TemplateDialect? chosen = parsed.GetValue(dialect) switch
            {
                "transformers" => TemplateDialect.Transformers,
                "huggingface.js" => TemplateDialect.HuggingFaceJs,
                _ => folder is null ? null : TemplateDialect.Transformers,
            };
            var tokenizer = folder is not null && HasTokenizer(folder) ? Tokenizer.Load(folder) : null;
            JsonLineFiles.Convert(parsed.GetRequiredValue(input), parsed.GetValue(output), parsed.InvocationConfiguration.Output, (line, json) =>
            {
                var text = chat.With(chosen ?? ForFile(line)).Render(line);
                json.WriteString("text", text);
                if (tokenizer is not null)
                    JsonLineFiles.WriteIds(json, "ids", tokenizer.Encode(text));
            });
        });
        return command;
    }

    // What a template by itself was written for cannot be known. Conversations follow Python but for lists and dictionaries, which other engines print as JSON.
    private static TemplateDialect ForFile(JsonObject line) => line.ContainsKey("messages") ? TemplateDialect.TransformersWithJson : TemplateDialect.HuggingFaceJs;

    private static ChatTemplate FromFile(string file) => ChatTemplate.Parse(File.ReadAllText(file), name: file);

    private static ChatTemplate FromFolder(string folder) => ChatTemplate.Load(folder)
        ?? throw new InvalidDataException($"'{folder}' has no chat template; expected chat_template.jinja, or chat_template in tokenizer_config.json. Give one with --template FILE.");

    // A folder with a template alone is enough for the text.
    private static bool HasTokenizer(string folder) => new[] { "tokenizer.json", "vocab.json", "tokenizer.model" }.Any(name => File.Exists(Path.Combine(folder, name)));

    private static DateTime? Time(string? text) => text is not null && TryTime(text, out var time) ? time : null;

    private static bool TryTime(string text, out DateTime time) => DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out time);
}
