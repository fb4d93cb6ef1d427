using System.Buffers;

namespace Ghpo.Verification.Extraction;

/// <summary>The words that announce an answer, in the languages where a table makes it cheap.</summary>
internal static class Phrases
{
    private static readonly string[] All =
    [
        "answer is", "answers are", "answer:", "answer：", "answer :", "answers:", "answer**", "answer to the question is", "answer would be", "answer must be", "answer =", "answer\n",
        "final answer", "final result is", "result is", "solution is:", "solutions are", "choice is", "option is", "ans:", "ans =", "ans is",
        "答案是", "答案为", "答案為", "答案：", "答案:", "答案", "答え", "正解", "故选", "故選", "所以选", "因此选", "应选", "應選", "答：", "答:", "정답", "답변", "답:", "답은",
        "réponse", "respuesta", "antwort", "ответ", "resposta", "risposta", "svar:", "svaret", "svar är", "vastaus", "відповідь", "răspuns", "válasz", "απάντηση", "odpowiedź", "odpověď", "jawaban", "đáp án", "câu trả lời",
        "cevap", "antwoord", "उत्तर", "উত্তর", "الجواب", "الإجابة", "คำตอบ", "תשובה", "jibu", "idahun", "ìdáhùn", "పాఠం", "సమాధానం", "பதில்",
    ];

    /// <summary>Letters below this (Latin, Greek, Cyrillic) make words with spaces between them.</summary>
    private const char MostLettersInWords = '\u0590';

    /// <summary>What some languages put behind an answer: "B です", "18입니다".</summary>
    private static readonly string[] Tails = ["です", "である", "だ", "입니다", "이다", "है", "हैं"];

    private static readonly SearchValues<string> Search = SearchValues.Create(All, StringComparison.OrdinalIgnoreCase);

    /// <summary>Words between an announcement and what it announces.</summary>
    private static readonly string[] Fillers =
    [
        "is", "are", "the", "final", "answer", "is:", "therefore", "thus", "equal", "to", "simply", "just", "option", "choice", "letter", "given", "by", "be", "would", "must", "correct",
        "est", "es", "ist", "lautet", "é", "è", "la", "le", "that", "则", "是", "为", "は", "은", "는", "är", "as", "follows",
        "correcta", "correcto", "corretta", "correta", "finale", "richtige", "letra", "lettera", "opción", "opção", "opzione", "opsi", "adalah", "ialah", "yang", "benar", "là", "đúng", "cuối", "cùng",
        "هي", "هو", "الصحيحة", "النهائية", "选项", "選項", "選択肢", "это", "równa", "jest", "este", "on", "er", "het", "de", "נכונה", "הנכונה", "היא",
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
        // "Jawabannya", "Antworten": the word goes on.
        while (i < high && i > at && IsWordLetter(text[i - 1]) && IsWordLetter(text[i])) i++;
        var limit = Math.Min(high, i + 200);
        while (i < limit)
        {
            if (char.IsWhiteSpace(text[i]) || text[i] is ':' or '：' or '*' or '_' or '`' or '"' or '“' or '»' or '#' or '>' or '=' || (text[i] is '—' or '–' && i + 1 < high && text[i + 1] == ' '))
            {
                i++;
                continue;
            }
            // A word ends where another script begins: は and B in "はBです".
            var end = i;
            var spaced = text[i] < MostLettersInWords;
            while (end < high && (char.IsLetter(text[end]) || char.GetUnicodeCategory(text[end]) is System.Globalization.UnicodeCategory.NonSpacingMark) && text[end] < MostLettersInWords == spaced) end++;
            // "a" and "is" only count as fillers when more follows them.
            if (end == i || end >= high || !IsFiller(text.AsSpan(i, end - i))) break;
            i = end;
        }
        return i;
    }

    private static bool IsWordLetter(char c) => char.IsLetter(c) && c < MostLettersInWords;

    /// <summary>The end of an announced answer without the verb behind it.</summary>
    public static int WithoutTail(string text, int start, int end)
    {
        foreach (var tail in Tails)
        {
            if (end - start > tail.Length && text.AsSpan(start, end - start).EndsWith(tail, StringComparison.Ordinal)) return end - tail.Length;
        }
        return end;
    }

    /// <summary>"The gold answer is 3" speaks of someone else's answer.</summary>
    public static bool IsForeign(string text, int mark)
    {
        var before = text.AsSpan(Math.Max(0, mark - 24), mark - Math.Max(0, mark - 24)).TrimEnd();
        foreach (var owner in (ReadOnlySpan<string>)["gold", "golden", "reference", "expected", "target", "ground truth", "ground-truth", "your", "user's", "student's", "if the", "whether the"])
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
