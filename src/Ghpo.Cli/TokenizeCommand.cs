using System.CommandLine;
using Ghpo.Models.Tokenization;

namespace Ghpo.Cli;

/// <summary><c>ghpo tokenize</c>: text to token ids and back, a JSON object a line, to compare with other tokenizers.</summary>
internal static class TokenizeCommand
{
    public static Command Create()
    {
        var model = ModelSource.Required();
        var input = new Option<string>("--input") { Description = "A file with a JSON object a line: {\"text\": …}, or with --decode {\"ids\": […]}; - is standard input", Required = true };
        var output = new Option<string?>("--output") { Description = "Where the results go: {\"ids\": […]}, or with --decode {\"text\": …}. Default: standard output" };
        var decode = new Option<bool>("--decode") { Description = "From ids to text" };
        var special = new Option<bool>("--add-special-tokens") { Description = "Add what the tokenizer puts around a text, such as a token that begins it" };
        var skip = new Option<bool>("--skip-special-tokens") { Description = "With --decode: leave special tokens out" };

        var command = new Command("tokenize", "Turn texts into token ids, or ids into text, one JSON object a line.") { model, input, output, decode, special, skip };
        command.SetAction(async (parsed, ct) =>
        {
            var tokenizer = Tokenizer.Load(await ModelSource.ResolveAsync(parsed.GetRequiredValue(model), parsed.InvocationConfiguration.Error, weights: false, ct).ConfigureAwait(false));
            var (adds, skips) = (parsed.GetValue(special), parsed.GetValue(skip));
            JsonLineFiles.Convert(parsed.GetRequiredValue(input), parsed.GetValue(output), parsed.InvocationConfiguration.Output, parsed.GetValue(decode)
                ? (line, json) => json.WriteString("text", tokenizer.Decode(JsonLineFiles.Ids(line, "ids"), skips))
                : (line, json) => JsonLineFiles.WriteIds(json, "ids", tokenizer.Encode(JsonLineFiles.Text(line, "text"), adds)));
        });
        return command;
    }
}
