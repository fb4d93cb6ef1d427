namespace Ghpo.Problems;

/// <summary>
/// Finds training problems that share n words in a row (in question or trace) with the question of an evaluation problem. Words are runs of letters and digits in lower case. A question of
/// fewer than n words is found only as a whole question. An n-gram that more than ten training problems hold is a phrase of the trade ("where m and n are relatively prime positive integers find …")
/// and says nothing, as in appendix C of the GPT-3 paper (arXiv 2005.14165).
/// </summary>
internal sealed class ContaminationIndex
{
    private const int CommonAbove = 10;
    private const ulong Base = 0x9e3779b97f4a7c15;
    private readonly IReadOnlyList<(string Name, ProblemSet Set)> _sets;
    private readonly int _n;
    private readonly Dictionary<ulong, List<(int Set, int Problem)>> _grams = [];
    private readonly Dictionary<ulong, List<(int Set, int Problem)>> _short = [];

    public ContaminationIndex(IReadOnlyList<(string Name, ProblemSet Problems)> sets, int words)
    {
        (_sets, _n) = (sets, words);
        for (var s = 0; s < sets.Count; s++)
        {
            for (var p = 0; p < sets[s].Problems.Problems.Count; p++)
            {
                var text = WordsOf(sets[s].Problems.Problems[p].Text);
                if (text.Count < words)
                    Add(_short, GramAt(text, 0, text.Count), s, p);
                foreach (var (gram, _) in Grams(text, words))
                    Add(_grams, gram, s, p);
            }
        }
    }

    public ContaminationReport Examine(IReadOnlyList<Problem> problems)
    {
        // One pass finds what is shared, and by how many; the second leaves out the common phrases.
        var holders = new Dictionary<ulong, int>();
        var shared = new List<(int Training, ulong Gram, string Words)>();
        var mine = new HashSet<ulong>();
        for (var i = 0; i < problems.Count; i++)
        {
            mine.Clear();
            foreach (var text in new[] { problems[i].Text, problems[i].Trace ?? "" })
            {
                var words = WordsOf(text);
                foreach (var (gram, at) in Grams(words, _n))
                {
                    if (!_grams.ContainsKey(gram) || !mine.Add(gram))
                        continue;
                    holders[gram] = holders.GetValueOrDefault(gram) + 1;
                    shared.Add((i, gram, text[words[at].Start..words[at + _n - 1].End]));
                }
            }
        }

        var overlaps = new List<Overlap>();
        var touched = _sets.Select(_ => new HashSet<int>()).ToArray();
        var pairs = new HashSet<(int, int, int)>();
        var next = 0;
        for (var i = 0; i < problems.Count; i++)
        {
            for (; next < shared.Count && shared[next].Training == i; next++)
            {
                if (holders[shared[next].Gram] <= CommonAbove)
                    Report(i, _grams[shared[next].Gram], shared[next].Words);
            }

            var whole = WordsOf(problems[i].Text);
            if (whole.Count < _n && _short.TryGetValue(GramAt(whole, 0, whole.Count), out var same))
                Report(i, same, problems[i].Text);
        }

        return new ContaminationReport(_n, problems.Count, [.. _sets.Select((set, s) => new TaskContamination(set.Name, set.Set.Problems.Count, touched[s].Count))], overlaps);

        void Report(int training, List<(int Set, int Problem)> found, string words)
        {
            foreach (var (set, problem) in found.Where(f => pairs.Add((training, f.Set, f.Problem))))
            {
                touched[set].Add(problem);
                overlaps.Add(new Overlap(problems[training].Id, _sets[set].Name, _sets[set].Set.Problems[problem].Id, words));
            }
        }
    }

    private static void Add(Dictionary<ulong, List<(int, int)>> index, ulong gram, int set, int problem)
    {
        if (!index.TryGetValue(gram, out var found))
            index[gram] = found = [];
        if (found.Count == 0 || found[^1] != (set, problem))
            found.Add((set, problem));
    }

    /// <summary>The hash of every n words in a row, rolled along: h' = (h − w₀·Bⁿ⁻¹)·B + wₙ modulo 2⁶⁴.</summary>
    private static IEnumerable<(ulong Gram, int At)> Grams(List<Word> words, int n)
    {
        if (words.Count < n)
            yield break;
        var first = 1UL;
        for (var i = 1; i < n; i++)
            first *= Base;
        var hash = GramAt(words, 0, n);
        yield return (hash, 0);
        for (var i = n; i < words.Count; i++)
        {
            hash = ((hash - (words[i - n].Hash * first)) * Base) + words[i].Hash;
            yield return (hash, i - n + 1);
        }
    }

    private static ulong GramAt(List<Word> words, int at, int n)
    {
        ulong hash = 0;
        for (var i = at; i < at + n; i++)
            hash = (hash * Base) + words[i].Hash;
        return hash;
    }

    private static List<Word> WordsOf(string text)
    {
        var words = new List<Word>();
        for (var i = 0; i < text.Length;)
        {
            if (!char.IsLetterOrDigit(text[i]))
            {
                i++;
                continue;
            }

            var start = i;
            var hash = 0xcbf29ce484222325;
            for (; i < text.Length && char.IsLetterOrDigit(text[i]); i++)
                hash = (hash ^ char.ToLowerInvariant(text[i])) * 0x100000001b3;
            hash = (hash ^ (hash >> 31)) * 0xbf58476d1ce4e5b9; // FNV leaves the high bits of short words alike
            words.Add(new Word(hash ^ (hash >> 29), start, i));
        }

        return words;
    }

    private readonly record struct Word(ulong Hash, int Start, int End);
}
