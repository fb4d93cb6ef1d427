using Ghpo.Verification.Extraction;

namespace Ghpo.Verification;

/// <summary>An answer found in a text.</summary>
/// <param name="Text">The answer, as it stands there (several joined boxes are put together with commas).</param>
/// <param name="Span">Where it stands.</param>
/// <param name="Mark">Where the mark that announces it begins (<c>\boxed</c>, <c>####</c>, <c>&lt;answer&gt;</c>, "the answer is"): cut before it to hide the answer.</param>
/// <param name="Strategy">The strategy that found it.</param>
public sealed record ExtractedAnswer(string Text, TextSpan Span, int Mark, ExtractionStrategy Strategy);

/// <summary>Finds the answer in a completion. The first strategy of <see cref="VerifierOptions.Strategies"/> that finds one decides.</summary>
public static class AnswerExtractor
{
    /// <summary>How far from the end the strategies without a mark of their own look.</summary>
    private const int WeakReach = 20_000;

    private const int MostMarks = 2_000;

    private const int MostPhrases = 64;

    private const string OpenTag = "<answer>";
    private const string CloseTag = "</answer>";

    private static readonly string[] EndTokens =
        ["<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|end|>", "</s>", "<eos>", "<|im_start|>user", "<|im_start|>", "<end_of_turn>", "<｜end▁of▁sentence｜>"];

    /// <summary>The answer of a completion, or null when no strategy finds one.</summary>
    public static ExtractedAnswer? Extract(string completion, VerifierOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(completion);
        var found = Find(completion, options ?? VerifierOptions.Default);
        return found.Found == Found.Answer ? ToAnswer(completion, found) : null;
    }

    /// <summary>
    /// Every answer that a mark announces (box, tag, <c>####</c>, phrase), in order of their marks. A reader that must not show the answer compares each with the gold
    /// (<see cref="MathVerifier.Equivalent"/>) and cuts before <see cref="ExtractedAnswer.Mark"/>.
    /// </summary>
    public static IEnumerable<ExtractedAnswer> FindMarked(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var found = new List<Candidate>();
        for (int at = 0, next; found.Count < MostMarks && (next = BoxScanner.NextMark(text, at, text.Length)) >= 0; at = next + 5) found.Add(BoxScanner.At(text, next, Math.Min(text.Length, next + WeakReach)));
        for (int at = 0, next; found.Count < MostMarks && (next = text.IndexOf("####", at, StringComparison.Ordinal)) >= 0; at = next + 4) found.Add(HashAt(text, next, text.Length));
        for (int at = 0, next; found.Count < MostMarks && (next = text.IndexOf(OpenTag, at, StringComparison.OrdinalIgnoreCase)) >= 0; at = next + OpenTag.Length) found.Add(TagAt(text, next, text.Length));
        for (int at = 0, next; found.Count < MostMarks && (next = Phrases.Next(text, at, text.Length)) >= 0; at = next + 1) found.Add(PhraseAt(text, next, text.Length));
        return found.Where(f => f.Found == Found.Answer).OrderBy(f => f.Mark).Select(f => ToAnswer(text, f));
    }

    internal static Candidate Find(string text, VerifierOptions options)
    {
        int low = 0, high = text.Length;
        Trim(text, ref low, ref high);
        if (!SkipReasoning(text, options, ref low, high)) return default;
        if (low >= high) return default;
        // Reasoning that was opened and never closed was cut off: only what it marks as an answer can be one.
        var unfinished = text.AsSpan(low, high - low).StartsWith("<think>", StringComparison.Ordinal) && options.ReasoningEnds.Contains("</think>");
        foreach (var strategy in options.Strategies)
        {
            if (unfinished && strategy is not (ExtractionStrategy.AnswerTag or ExtractionStrategy.Boxed or ExtractionStrategy.Hashes)) continue;
            // What is only announced or only last is looked for near the end.
            var from = strategy is ExtractionStrategy.Phrase or ExtractionStrategy.LastExpression ? Math.Max(low, high - WeakReach) : low;
            var found = Find(text, from, high, strategy);
            if (found.Found != Found.Nothing) return found;
        }
        return default;
    }

    /// <summary>The answer within a gold text: the whole text unless a box, ####, or prose around it says otherwise.</summary>
    internal static Candidate FindInGold(string text, int low, int high)
    {
        foreach (var strategy in (ReadOnlySpan<ExtractionStrategy>)[ExtractionStrategy.Boxed, ExtractionStrategy.Hashes, ExtractionStrategy.Whole, ExtractionStrategy.Phrase])
        {
            var found = Find(text, strategy == ExtractionStrategy.Phrase ? Math.Max(low, high - WeakReach) : low, high, strategy);
            if (found.Found == Found.Answer) return found;
        }
        return default;
    }

    private static Candidate Find(string text, int low, int high, ExtractionStrategy strategy) => strategy switch
    {
        ExtractionStrategy.AnswerTag => LastTag(text, low, high),
        ExtractionStrategy.Boxed => LastBox(text, low, high),
        ExtractionStrategy.Hashes => LastHashes(text, low, high),
        ExtractionStrategy.Phrase => LastPhrase(text, low, high),
        ExtractionStrategy.Whole => WholeAnswer.Find(text, low, high),
        ExtractionStrategy.LastExpression => LastExpression.Find(text, low, high),
        _ => default,
    };

    /// <summary>A short completion of words alone, the last resort for golds in words.</summary>
    internal static TextSpan? Words(string text, VerifierOptions options)
    {
        int low = 0, high = text.Length;
        Trim(text, ref low, ref high);
        return options.Strategies.Contains(ExtractionStrategy.Whole) && SkipReasoning(text, options, ref low, high) && high - low is > 0 and <= 200 && text[low] != '<' ? new TextSpan(low, high - low) : null;
    }

    private static bool SkipReasoning(string text, VerifierOptions options, ref int low, int high)
    {
        var behind = -1;
        foreach (var end in options.ReasoningEnds)
        {
            var at = text.AsSpan(low, high - low).LastIndexOf(end);
            if (at >= 0) behind = Math.Max(behind, low + at + end.Length);
        }
        if (behind < 0) return !options.RequireReasoningEnd;
        low = behind;
        while (low < high && char.IsWhiteSpace(text[low])) low++;
        return true;
    }

    private static void Trim(string text, ref int low, ref int high)
    {
        for (var again = true; again;)
        {
            again = false;
            while (high > low && char.IsWhiteSpace(text[high - 1])) high--;
            if (high == low || text[high - 1] is not ('>' or 'r')) break;
            foreach (var token in EndTokens)
            {
                if (!text.AsSpan(low, high - low).EndsWith(token)) continue;
                high -= token.Length;
                again = true;
                break;
            }
        }
        while (low < high && char.IsWhiteSpace(text[low])) low++;
    }

    private static Candidate LastTag(string text, int low, int high)
    {
        var at = text.AsSpan(low, high - low).LastIndexOf(OpenTag, StringComparison.OrdinalIgnoreCase);
        if (at < 0) return default;
        var tag = TagAt(text, low + at, high);
        if (tag.Found != Found.Answer) return tag;
        var box = BoxScanner.Last(text, tag.Start, tag.End);
        return box.Found == Found.Nothing ? tag : box with { Strategy = ExtractionStrategy.AnswerTag, Mark = tag.Mark };
    }

    private static Candidate TagAt(string text, int mark, int high)
    {
        var start = mark + OpenTag.Length;
        var length = text.AsSpan(start, high - start).IndexOf(CloseTag, StringComparison.OrdinalIgnoreCase);
        return length < 0
            ? new(Found.Truncated, ExtractionStrategy.AnswerTag, mark, start, high)
            : new Candidate(Found.Answer, ExtractionStrategy.AnswerTag, mark, start, start + length).Trimmed(text);
    }

    private static Candidate LastBox(string text, int low, int high)
    {
        var box = BoxScanner.Last(text, low, high);
        if (box.Found != Found.Answer) return box;
        // Minerva's closing line comes last and restates the answer: "Final Answer: The final answer is $…$. I hope it is correct."
        var later = text.AsSpan(box.End, high - box.End).LastIndexOf("final answer is", StringComparison.OrdinalIgnoreCase);
        if (later < 0) return box;
        var stated = PhraseAt(text, box.End + later, high);
        return stated.Found == Found.Answer && text.AsSpan(stated.Start, stated.End - stated.Start).ContainsAnyInRange('0', '9') ? stated : box;
    }

    private static Candidate LastHashes(string text, int low, int high)
    {
        var at = text.AsSpan(low, high - low).LastIndexOf("####");
        return at < 0 ? default : HashAt(text, low + at, high);
    }

    private static Candidate HashAt(string text, int mark, int high)
    {
        var start = mark + 4;
        while (start < high && text[start] is ' ' or '\t' or '#' or ':' or '*') start++;
        var end = text.IndexOf('\n', start, high - start);
        if (end < 0) end = high;
        var line = text.AsSpan(start, end - start).Trim();
        // A Markdown heading is no answer; the phrases look at "#### Final Answer".
        if (line.Length > 0 && char.IsAsciiLetter(line[0]) && (line.EndsWith(":") || (end < high && line.Contains(' ')) || line.Contains("answer", StringComparison.OrdinalIgnoreCase) || line.StartsWith("Step", StringComparison.OrdinalIgnoreCase))) return default;
        if (line.IsEmpty && end < high) return default;
        while (end > start && (char.IsWhiteSpace(text[end - 1]) || text[end - 1] is '*')) end--;
        return new Candidate(Found.Answer, ExtractionStrategy.Hashes, mark, start, end).Trimmed(text);
    }

    private static Candidate LastPhrase(string text, int low, int high)
    {
        // The last announcements, kept in a ring; the last that announces something decides.
        Span<int> ring = stackalloc int[MostPhrases];
        var count = 0;
        for (int at = low, next; (next = Phrases.Next(text, at, high)) >= 0; at = next + 1) ring[count++ % MostPhrases] = next;
        for (var i = count - 1; i >= 0 && i >= count - MostPhrases; i--)
        {
            var found = PhraseAt(text, ring[i % MostPhrases], high);
            if (found.Found == Found.Answer) return found;
        }
        return ChosenOption.Find(text, low, high);
    }

    private static Candidate PhraseAt(string text, int mark, int high)
    {
        var start = Phrases.Behind(text, mark, high);
        if (start >= high || Phrases.IsForeign(text, mark)) return default;
        var end = SentenceScanner.End(text, start, high);
        if (end < high && text[end] is '?' or '？') return default;
        while (end > start && (char.IsWhiteSpace(text[end - 1]) || text[end - 1] is '*' or '_' or '`' or '"' or '”' or ',')) end--;
        end = WithoutClause(text, start, Phrases.WithoutTail(text, start, end));
        if (end <= start || Claims.Denied(text.AsSpan(start, end - start))) return default;
        return IsAnswerLike(text.AsSpan(start, end - start))
            ? new Candidate(Found.Answer, ExtractionStrategy.Phrase, mark, start, end).Trimmed(text)
            : default;
    }

    /// <summary>"12, as required" : a clause behind the answer is none of it.</summary>
    private static int WithoutClause(string text, int start, int end)
    {
        foreach (var clause in (ReadOnlySpan<string>)[", as ", ", which ", ", since ", ", because ", ", so ", ", not ", ", rather than ", " rather than ", ", instead of ", " instead of "])
        {
            var at = text.AsSpan(start, end - start).IndexOf(clause, StringComparison.Ordinal);
            if (at > 0 && IsClosed(text.AsSpan(start, at))) end = start + at;
        }
        while (end > start && char.IsWhiteSpace(text[end - 1])) end--;
        return end;
    }

    /// <summary>No formula or group is open at the end.</summary>
    private static bool IsClosed(ReadOnlySpan<char> text) => text.Count('$') % 2 == 0 && text.Count('{') == text.Count('}') && text.Count("\\(") == text.Count("\\)");

    /// <summary>An announcement that goes on in prose ("the answer is not obvious to me at first sight") announces nothing.</summary>
    private static bool IsAnswerLike(ReadOnlySpan<char> text)
    {
        if (text.ContainsAny('$', '\\') || text.ContainsAnyInRange('0', '9')) return true;
        var words = 0;
        foreach (var _ in text.Split(' ')) words++;
        return words <= 6;
    }

    private static ExtractedAnswer ToAnswer(string text, Candidate c) => new(c.TextIn(text).ToString(), c.Span, c.Mark, c.Strategy);
}
