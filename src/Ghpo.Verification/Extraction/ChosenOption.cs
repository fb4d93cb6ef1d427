namespace Ghpo.Verification.Extraction;

/// <summary>"Thus, option C is correct", "**(C)** is the correct answer": a choice that is named before the words that announce it.</summary>
internal static class ChosenOption
{
    private static readonly string[] Verbs = [" is correct", " is the correct", " is the right", " is the answer"];

    public static Candidate Find(string text, int low, int high)
    {
        var span = text.AsSpan(low, high - low);
        var verb = -1;
        foreach (var words in Verbs) verb = Math.Max(verb, span.LastIndexOf(words));
        if (verb <= 0) return default;
        var end = verb;
        while (end > 0 && span[end - 1] is '*' or ')' or '$' or '}' or '.') end--;
        if (end == 0 || span[end - 1] is < 'A' or > 'J' || (end > 1 && char.IsLetterOrDigit(span[end - 2]))) return default;
        var start = end - 1;
        // A lone letter may be an article or a variable: it has to be called an option, or be dressed as one.
        var before = span[..start].TrimEnd("*($ {\\");
        var dressed = start > 0 && span[start - 1] is '(' or '*' && span[end] is ')' or '*';
        if (!dressed && !before.EndsWith("option", StringComparison.OrdinalIgnoreCase) && !before.EndsWith("choice", StringComparison.OrdinalIgnoreCase) && !before.EndsWith("answer", StringComparison.OrdinalIgnoreCase)) return default;
        return new(Found.Answer, ExtractionStrategy.Phrase, low + start, low + start, low + end);
    }
}
