using System.Text.Json;

namespace Ghpo.Models.Tokenization;

/// <summary>The <c>post_processor</c> of tokenizer.json: what it adds to one text.</summary>
internal static class PostProcessorJson
{
    public static PostProcessor Read(JsonSection section) => section.Type switch
    {
        "Sequence" => section.Array("processors").Select(Read).Aggregate(PostProcessor.None, (inner, outer) => inner.Then(outer)),
        // Moves offsets only.
        "ByteLevel" => PostProcessor.None,
        "TemplateProcessing" => ReadTemplate(section),
        "BertProcessing" or "RobertaProcessing" => new PostProcessor([TokenId(section, "cls")], [TokenId(section, "sep")]),
        _ => throw section.Unknown("post-processor"),
    };

    private static PostProcessor ReadTemplate(JsonSection section)
    {
        var (before, after) = (new List<int>(), new List<int>());
        var seen = false;
        foreach (var part in section.Array("single"))
        {
            if (part.Optional("Sequence") is not null)
                seen = true;
            else
                (seen ? after : before).AddRange(SpecialIds(section, part.Object("SpecialToken").String("id")));
        }

        return new PostProcessor(before, after);
    }

    private static IEnumerable<int> SpecialIds(JsonSection section, string token)
    {
        var ids = section.Object("special_tokens").Object(token).Required("ids");
        if (ids.Element.ValueKind != JsonValueKind.Array || ids.Element.EnumerateArray().Any(id => id.ValueKind != JsonValueKind.Number))
            throw ids.Error("expected a list of ids");
        return ids.Element.EnumerateArray().Select(id => id.GetInt32());
    }

    private static int TokenId(JsonSection section, string key)
    {
        var pair = section.Required(key);
        return pair.Element.ValueKind == JsonValueKind.Array && pair.Element.GetArrayLength() == 2 && pair.Element[1].ValueKind == JsonValueKind.Number
            ? pair.Element[1].GetInt32()
            : throw pair.Error("expected a pair of token and id");
    }
}
