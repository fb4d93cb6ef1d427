using System.Text.Json;
using System.Text.Json.Nodes;
using Ghpo.Models.Chat;
using Ghpo.Models.Tokenization;

namespace Ghpo.Cli;

/// <summary>Turns what a user gives (text, messages or ids) into token ids. A checkpoint without a tokenizer still takes ids.</summary>
internal sealed class PromptReader
{
    private readonly string _folder;

    private PromptReader(string folder, Tokenizer? tokenizer) => (_folder, Tokenizer) = (folder, tokenizer);

    /// <summary>The checkpoint's tokenizer; null: it has none.</summary>
    public Tokenizer? Tokenizer { get; }

    public static PromptReader Load(string folder)
    {
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"'{folder}': no such folder; expected a checkpoint in Hugging Face format");
        var hasTokenizer = new[] { "tokenizer.json", "vocab.json", "tokenizer.model" }.Any(name => File.Exists(Path.Combine(folder, name)));
        return new(folder, hasTokenizer ? Tokenizer.Load(folder) : null);
    }

    public int[] Text(string text) => Required().Encode(text, addSpecialTokens: true);

    public int[] Message(string text) => Messages(new() { ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = text }) });

    /// <summary>The prompt of a line of a file.</summary>
    /// <exception cref="InvalidDataException">It has not exactly one of text, messages and ids, or that is not of its kind.</exception>
    public int[] Line(JsonObject line)
    {
        var given = new[] { "text", "messages", "ids" }.Where(line.ContainsKey).ToArray();
        if (given.Length != 1) throw new InvalidDataException($"expected one of the keys text, messages and ids; found {(given.Length == 0 ? "none" : string.Join(" and ", given))}");
        try
        {
            return given[0] switch
            {
                "text" => Text(line["text"]!.GetValue<string>()),
                "ids" => [.. line["ids"]!.AsArray().Select(id => id!.GetValue<int>())],
                _ => Messages(line),
            };
        }
        catch (Exception error) when (error is InvalidOperationException or FormatException or NullReferenceException)
        {
            throw new InvalidDataException($"'{given[0]}' is of the wrong kind; expected {(given[0] == "text" ? "a text" : given[0] == "ids" ? "a list of token ids" : "a list of messages")}", error);
        }
    }

    private int[] Messages(JsonObject line)
    {
        var template = ChatTemplate.Load(_folder) ?? throw new InvalidDataException($"'{_folder}' has no chat template; give the prompt as text or ids");
        if (!line.ContainsKey("add_generation_prompt")) line["add_generation_prompt"] = true;
        return Required().Encode(template.Render(line));
    }

    private Tokenizer Required() => Tokenizer ?? throw new InvalidDataException($"'{_folder}' has no tokenizer; expected tokenizer.json, vocab.json with merges.txt, or tokenizer.model. Give the prompt as ids in --input");

    /// <summary>A line of a file as an object.</summary>
    public static JsonObject Parse(string line)
    {
        try
        {
            return JsonNode.Parse(line) as JsonObject ?? throw new InvalidDataException("expected a JSON object");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"no JSON: {error.Message}", error);
        }
    }
}
