namespace Ghpo.Models.Generation;

/// <summary>
/// Top-k, top-p and min-p on unnormalised probabilities (the highest is 1), without sorting the vocabulary. Among equal probabilities at the edge of top-p the lower ids
/// stay; top-k keeps all that equal the k-th, as transformers does.
/// </summary>
internal sealed class Truncation(int vocabulary)
{
    private readonly int[] _kept = new int[vocabulary];
    private readonly int[] _order = new int[vocabulary];
    private readonly PriorityQueue<int, float> _heap = new();
    private int _count;

    /// <summary>The tokens that the last call of <see cref="Keep"/> left, in order of id.</summary>
    public ReadOnlySpan<int> Kept => _kept.AsSpan(0, _count);

    /// <summary>Draws one of the tokens that stay.</summary>
    public int Draw(float[] weights, SamplingOptions options, double uniform)
    {
        var target = uniform * Keep(weights, options);
        double sum = 0;
        foreach (var id in Kept)
        {
            sum += weights[id];
            if (sum > target) return id;
        }

        return _kept[_count - 1];
    }

    /// <summary>Finds the tokens that stay; returns the sum of their weights.</summary>
    public double Keep(float[] weights, SamplingOptions options)
    {
        var threshold = options.TopK > 0 && options.TopK < vocabulary ? KthLargest(weights, options.TopK) : 0;
        _count = 0;
        double total = 0;
        for (var id = 0; id < vocabulary; id++)
        {
            var weight = weights[id];
            if (weight < threshold || weight <= 0) continue;
            _kept[_count++] = id;
            total += weight;
        }

        if (options.TopP < 1) total = KeepTopP(weights, total, options.TopP);
        if (options.MinP > 0) total = KeepWhere(weights, new Edge((float)options.MinP, int.MaxValue));
        return total;
    }

    private float KthLargest(float[] weights, int k)
    {
        _heap.Clear();
        for (var id = 0; id < k; id++) _heap.Enqueue(id, weights[id]);
        var smallest = weights[_heap.Peek()];
        for (var id = k; id < weights.Length; id++)
        {
            if (weights[id] <= smallest) continue;
            _heap.EnqueueDequeue(id, weights[id]);
            smallest = weights[_heap.Peek()];
        }

        return smallest;
    }

    /// <summary>
    /// Removes the least probable tokens as long as what is removed sums to at most (1 − p) of the whole; the most probable always stays.
    /// </summary>
    private double KeepTopP(float[] weights, double total, double topP)
    {
        var budget = (1 - topP) * total;

        // All tokens below budget / n sum to less than the budget, so all of them go: usually nearly everything, in one pass.
        var surely = budget / _count;
        var candidates = 0;
        foreach (var id in Kept)
        {
            if (weights[id] < surely) budget -= weights[id];
            else _order[candidates++] = id;
        }

        return KeepWhere(weights, FindEdge(weights, candidates, budget));
    }

    /// <summary>Weighted quickselect: the last token to stay, in the order of falling weight and rising id.</summary>
    private Edge FindEdge(float[] weights, int count, double budget)
    {
        int low = 0, high = count;
        while (high - low > 1)
        {
            var pivot = Median(EdgeOf(low), EdgeOf((low + high) / 2), EdgeOf(high - 1));
            double tail = 0;
            var middle = low;
            for (var i = low; i < high; i++)
            {
                var edge = EdgeOf(i);
                if (edge.IsBefore(pivot))
                {
                    (_order[middle], _order[i]) = (_order[i], _order[middle]);
                    middle++;
                }
                else
                {
                    tail += edge.Weight;
                }
            }

            if (middle == low)
            {
                // The pivot is the first of the range: split it off, so that the range always shrinks.
                for (var i = low; i < high; i++)
                {
                    if (EdgeOf(i) != pivot) continue;
                    (_order[low], _order[i]) = (_order[i], _order[low]);
                    break;
                }

                tail -= pivot.Weight;
                middle = low + 1;
            }

            if (tail <= budget)
            {
                budget -= tail;
                high = middle;
            }
            else
            {
                low = middle;
            }
        }

        // One token is left to decide on, the least probable of those not yet removed.
        if (low > 0 && EdgeOf(low).Weight <= budget) return LastOf(weights, low);
        return EdgeOf(low);

        Edge EdgeOf(int index) => new(weights[_order[index]], _order[index]);
    }

    private Edge LastOf(float[] weights, int count)
    {
        var last = new Edge(weights[_order[0]], _order[0]);
        for (var i = 1; i < count; i++)
        {
            var edge = new Edge(weights[_order[i]], _order[i]);
            if (last.IsBefore(edge)) last = edge;
        }

        return last;
    }

    private double KeepWhere(float[] weights, Edge edge)
    {
        double total = 0;
        var count = 0;
        foreach (var id in Kept)
        {
            if (edge.IsBefore(new(weights[id], id))) continue;
            _kept[count++] = id;
            total += weights[id];
        }

        _count = count;
        return total;
    }

    private static Edge Median(Edge a, Edge b, Edge c)
    {
        if (b.IsBefore(a)) (a, b) = (b, a);
        if (c.IsBefore(b)) b = c.IsBefore(a) ? a : c;
        return b;
    }

    /// <summary>A place in the order of falling weight and rising id.</summary>
    private readonly record struct Edge(float Weight, int Id)
    {
        public bool IsBefore(Edge other) => Weight > other.Weight || (Weight == other.Weight && Id < other.Id);
    }
}
