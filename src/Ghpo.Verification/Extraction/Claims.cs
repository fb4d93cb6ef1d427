namespace Ghpo.Verification.Extraction;

/// <summary>Words around a value that say it is not claimed as the answer.</summary>
internal static class Claims
{
    /// <summary>"not 42", "at least 42": what an announcement goes on with when it names no value.</summary>
    public static bool Denied(ReadOnlySpan<char> announced)
    {
        foreach (var start in (ReadOnlySpan<string>)["not ", "at least ", "at most ", "more than ", "less than ", "greater than ", "no more than ", "no less than ", "fewer than ", "bigger than ", "smaller than ", "larger than ", "never ", "anything but ", "'t ", "’t "])
        {
            if (announced.StartsWith(start, StringComparison.OrdinalIgnoreCase)) return true;
        }
        return false;
    }

    /// <summary>Text in front of a value that ends in a denial or a bound.</summary>
    public static bool Withheld(ReadOnlySpan<char> before)
    {
        before = before.TrimEnd(" $(\\*");
        if (before.Length > 0 && before[^1] is ':' or '=') return false;
        if (before.EndsWith(" be")) before = before[..^3];
        foreach (var end in (ReadOnlySpan<string>)[" not", "n't", " never", "n’t", " cannot", " at least", " at most", " more than", " less than", " greater than", " fewer than", " bigger than", " smaller than", " larger than"])
        {
            if (before.EndsWith(end, StringComparison.OrdinalIgnoreCase)) return true;
        }
        return false;
    }

    /// <summary>"The reference answer is 42": a value that someone else is said to want.</summary>
    public static bool OfOthers(ReadOnlySpan<char> sentence)
    {
        foreach (var owner in (ReadOnlySpan<string>)["gold answer", "reference answer", "ground truth", "ground-truth", "expected answer", "target answer", "student's answer"])
        {
            if (sentence.Contains(owner, StringComparison.OrdinalIgnoreCase)) return true;
        }
        return false;
    }

    /// <summary>"Problem 42", "Theorem 3": the number is a name.</summary>
    public static bool IsNumbered(ReadOnlySpan<char> before)
    {
        before = before.TrimEnd(" #");
        foreach (var thing in (ReadOnlySpan<string>)["Problem", "Question", "Exercise", "Theorem", "Lemma", "Example", "Figure", "Step", "Equation", "Chapter"])
        {
            if (before.EndsWith(thing, StringComparison.Ordinal)) return true;
        }
        return false;
    }
}
