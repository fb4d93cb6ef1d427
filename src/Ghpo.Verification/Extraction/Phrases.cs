using System.Buffers;

namespace Ghpo.Verification.Extraction;

/// <summary>The words that announce an answer, in the languages where a table makes it cheap.</summary>
internal static class Phrases
{
    private static readonly string[] All =
    [
        "answer is", "answers are", "answer:", "answer：", "answer :", "answers:", "answer**", "answer to the question is", "answer would be", "answer must be", "answer =", "answer\n",
        "final answer", "final result is", "result is", "solution is:", "solutions are", "choice is", "option is", "ans:", "ans =", "ans is",
        "答案是", "答案为", "答案為", "答案：", "答案:", "答案", "答え", "答：", "答:", "정답", "답변", "답:", "답은",
        "réponse", "respuesta", "antwort", "ответ", "resposta", "risposta", "svar:", "svaret", "svar är", "vastaus", "відповідь", "răspuns", "válasz", "απάντηση", "odpowiedź", "odpověď", "jawaban", "đáp án", "câu trả lời",
        "cevap", "antwoord", "उत्तर", "উত্তর", "الجواب", "الإجابة", "คำตอบ", "תשובה", "jibu", "idahun", "ìdáhùn", "పాఠం", "సమాధానం", "பதில்",
    ];

    private static readonly SearchValues<string> Search = SearchValues.Create(All, StringComparison.OrdinalIgnoreCase);

    /// <summary>Words between an announcement and what it announces.</summary>
    private static readonly string[] Fillers =
    [
        "is", "are", "the", "final", "answer", "is:", "therefore", "thus", "equal", "to", "simply", "just", "option", "choice", "letter", "given", "by", "be", "would", "must", "correct",
        "est", "es", "ist", "lautet", "é", "è", "la", "le", "that", "则", "是", "为", "は", "은", "는", "är", "to:", "as", "follows", "follows:",
    ];

    /// <summary>The first announcement at or behind <paramref name="from"/>, or -1.</summary>
    public static int Next(string text, int from, int high)
    {
        if (from >= high) return -1;
        var at = text.AsSpan(from, high - from).IndexOfAny(Search);
        return at < 0 ? -1 : at + from;
    }

    /// <summary>Where the announced part begins, behind the phrase that stands at <paramref name="at"/> and what only fills.</summary>
    public static int Behind(string text, int at, int high)
    {
        var length = 0;
        foreach (var phrase in All)
        {
            if (phrase.Length > length && at + phrase.Length <= high && text.AsSpan(at, phrase.Length).Equals(phrase, StringComparison.OrdinalIgnoreCase)) length = phrase.Length;
        }
        var i = at + Math.Max(length, 1);
        var limit = Math.Min(high, i + 200);
        while (i < limit)
        {
            if (char.IsWhiteSpace(text[i]) || text[i] is ':' or '：' or '*' or '_' or '`' or '"' or '“' or '»' or '#' or '>' || text[i] == '=')
            {
                i++;
                continue;
            }
            var end = i;
            while (end < high && (char.IsLetter(text[end]) || text[end] == ':')) end++;
            // "a" and "is" only count as fillers when more follows them.
            if (end == i || end >= high || !IsFiller(text.AsSpan(i, end - i))) break;
            i = end;
        }
        return i;
    }

    /// <summary>"The gold answer is 3" speaks of someone else's answer.</summary>
    public static bool IsForeign(string text, int mark)
    {
        var before = text.AsSpan(Math.Max(0, mark - 24), mark - Math.Max(0, mark - 24)).TrimEnd();
        foreach (var owner in (ReadOnlySpan<string>)["gold", "golden", "reference", "expected", "target", "ground truth", "ground-truth", "your", "user's", "student's"])
        {
            if (before.EndsWith(owner, StringComparison.OrdinalIgnoreCase)) return true;
        }
        return false;
    }

    private static bool IsFiller(ReadOnlySpan<char> word)
    {
        foreach (var filler in Fillers)
        {
            if (word.Equals(filler, StringComparison.OrdinalIgnoreCase)) return true;
        }
        return false;
    }
}
