namespace Ghpo.Models.Tokenization.Models;

/// <summary>A tree of tokens by UTF-16 unit, to find all tokens that begin at one place.</summary>
internal sealed class PrefixTree
{
    public const int Root = 0;

    private readonly Dictionary<(int Node, char Unit), int> _children = [];
    private readonly List<int> _ids = [-1];

    public void Add(string token, int id)
    {
        var node = Root;
        foreach (var unit in token)
        {
            if (!_children.TryGetValue((node, unit), out var child))
            {
                child = _ids.Count;
                _ids.Add(-1);
                _children.Add((node, unit), child);
            }

            node = child;
        }

        if (node != Root)
            _ids[node] = id;
    }

    public bool TryStep(ref int node, char unit) => _children.TryGetValue((node, unit), out node);

    /// <summary>The token that ends at a node, or -1.</summary>
    public int IdAt(int node) => _ids[node];
}
