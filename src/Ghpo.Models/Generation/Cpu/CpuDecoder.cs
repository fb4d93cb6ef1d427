using Ghpo.Models.Generation.Scheduling;
using Ghpo.Models.Transformer;
using Ghpo.Models.Transformer.Kernels;

namespace Ghpo.Models.Generation.Cpu;

/// <summary>
/// The decoder on the CPU: SIMD kernels straight on the trainer's weights, no call into libtorch. A row's arithmetic depends on the row and what it sees
/// alone, bit for bit: not on its company, the number of threads or how the work is shared out.
/// </summary>
/// <remarks>
/// A large model's step is bound by reading the weights: threads share the outputs of each matrix and meet after every stage. A small one's is bound by the meetings: each thread
/// takes some rows through all layers on its own.
/// </remarks>
internal sealed unsafe class CpuDecoder : IDecoder
{
    private const long LogitsBytes = 64L << 20;
    private const int RowsWorthAWorker = 12;
    private const int StagesPerLayer = 9;
    private const int MaximumChunks = 256;

    private readonly CausalLM _model;
    private readonly ModelConfig _config;
    private readonly WorkerTeam _team;
    private readonly CpuCache _cache;
    private readonly RotaryTables _rotary;
    private readonly Worker[] _workers;
    private readonly NativeBuffer _residual = new(), _normed = new(), _queries = new(), _keys = new(), _values = new(), _attended = new(), _gate = new(), _up = new(), _delta = new(), _final = new(), _ranked = new(), _logits = new();
    private readonly List<(int First, int End)> _tasks = [];
    private readonly List<int> _wanted = [];
    private readonly nint _hiddenStride, _queryStride, _keyStride, _innerStride;
    private readonly int[] _slices;
    private CpuWeights? _current;
    private StepRow[] _rows = [];
    private int _count;
    private bool _isSmall;
    private int _logitRows;
    private int _rank;

    public CpuDecoder(CausalLM model, int threads)
    {
        (_model, _config) = (model, model.Config);
        _cache = new(_config);
        _rotary = new(_config);
        _workers = [.. Enumerable.Range(0, threads).Select(_ => new Worker(_config, _cache))];
        _slices = new int[threads + 1];

        // A stride that is a power of two would put all rows into the same few lines of the cache.
        _hiddenStride = VectorMath.Pad(_config.HiddenSize) + 16;
        _queryStride = VectorMath.Pad(_config.QuerySize) + 16;
        _keyStride = VectorMath.Pad(_config.KeyValueSize) + 16;
        _innerStride = VectorMath.Pad(_config.IntermediateSize) + 16;
        _team = new(threads, StagesPerLayer * _config.LayerCount + 2 * MaximumChunks, Run);
    }

    public bool IsBatchInvariant => true;

    public long BlockBytes => _cache.BlockBytes;

    public void Refresh()
    {
        // Made anew when somebody samples: after many updates in a row nobody may, and copies of old and new weights would be held at once.
        _current?.Dispose();
        _current = null;
    }

    /// <summary>A step's weights: taken up by its caller, before the workers begin.</summary>
    private CpuWeights Weights => _current ??= new(_model);

    public void PrepareBlock(int id) => _cache.Prepare(id);

    public void CopyBlock(int from, int to, int tokens) => _cache.Copy(from, to, tokens);

    public void Step(ReadOnlySpan<StepRow> rows)
    {
        _count = rows.Length;
        if (_rows.Length < _count) _rows = new StepRow[Math.Max(_count, 2 * _rows.Length)];
        rows.CopyTo(_rows);
        _isSmall = Weights.IsSmall;
        Cut();
        Plan();
        if (_isSmall && _slices[1] == _count) Run(0);
        else _team.Run();
        Array.Clear(_rows, 0, _count);
    }

    private void Plan()
    {
        _tasks.Clear();
        _wanted.Clear();
        var longest = 0;
        var most = CpuAttention.RowsPerCall(_config);
        for (int row = 0, first = 0; row < _count; row++)
        {
            ref var it = ref _rows[row];
            longest = Math.Max(longest, it.Position + 1);
            if (it.Target is not null) _wanted.Add(row);
            var isLast = row + 1 == _count || _rows[row + 1].Prefix != it.Prefix || row + 1 - first == most || (_isSmall && _slices.Contains(row + 1));
            if (!isLast) continue;
            _tasks.Add((first, row + 1));
            first = row + 1;
        }

        _rotary.Require(longest);
        _residual.Require(_count * _hiddenStride);
        _normed.Require(_count * _hiddenStride);
        _delta.Require(_count * _hiddenStride);
        _queries.Require(_count * _queryStride);
        _attended.Require(_count * _queryStride);
        _keys.Require(_count * _keyStride);
        _values.Require(_count * _keyStride);
        _gate.Require(_count * _innerStride);
        _up.Require(_count * _innerStride);
        _logitRows = (int)Math.Clamp(LogitsBytes / sizeof(float) / _config.VocabularySize, 1, Math.Max(1, _wanted.Count));
        _logitRows = Math.Max(_logitRows, (_wanted.Count + MaximumChunks - 1) / MaximumChunks);
        if (_isSmall) _logitRows = Math.Max(1, _wanted.Count);
        _final.Require(_logitRows * _hiddenStride);
        _logits.Require((long)_logitRows * _config.VocabularySize);
        _rank = Weights.MaximumRank;
        _ranked.Require(3L * _count * _rank);
        foreach (var worker in _workers)
        {
            worker.Product.Require(MatrixProduct.ScratchFloats(_count));
            worker.Added.Require((long)_count * CpuMatrix.MostOutputsPerPiece);
        }

    }

    /// <summary>
    /// Cuts the rows into slices, one a worker. A small model's worker sees to its slice alone, so a prompt's tokens, which see each other, stay together,
    /// and a few rows are one worker's: waking another would take longer.
    /// </summary>
    private void Cut()
    {
        var workers = _isSmall ? Math.Clamp(_count / RowsWorthAWorker, 1, _team.Count) : _team.Count;
        for (var worker = 1; worker <= _team.Count; worker++)
        {
            var cut = (int)((long)_count * Math.Min(worker, workers) / workers);
            cut = Math.Max(cut, _slices[worker - 1]);
            while (_isSmall && cut > 0 && cut < _count && _rows[cut].Own is null && _rows[cut].Prefix == _rows[cut - 1].Prefix) cut++;
            _slices[worker] = cut;
        }
    }

    private void Run(int number)
    {
        var worker = _workers[number];
        var (start, end) = (_slices[number], _slices[number + 1]);
        if (_isSmall && start == end) return;
        for (var row = start; row < end; row++) Weights.Embedding.CopyRow(_rows[row].Token, _residual.Pointer + row * _hiddenStride);
        for (var layer = 0; layer < _config.LayerCount; layer++) Layer(worker, layer, start, end);
        Head(worker, number, start, end);
    }

    private void Layer(Worker worker, int index, int start, int end)
    {
        var layer = Weights.Layers[index];
        var stage = index * StagesPerLayer;
        var (first, rows) = _isSmall ? (start, end - start) : (0, _count);
        var scratch = worker.Product.Pointer;

        Norm(_residual, layer.InputNorm, start, end);
        Meet();
        var normed = _normed.Pointer + first * _hiddenStride;
        Rank(stage + 5, normed, _hiddenStride, first, rows, scratch, layer.Query, layer.Key, layer.Value);
        var pieces = layer.Query.Pieces + layer.Key.Pieces + layer.Value.Pieces;
        for (int own = 0, piece = Next(stage, ref own); piece < pieces; piece = Next(stage, ref own))
        {
            var at = piece;
            if (at < layer.Query.Pieces) layer.Query.Compute(at, normed, _hiddenStride, rows, _queries.Pointer + first * _queryStride, _queryStride, scratch, Ranked(0, first), worker.Added.Pointer);
            else if ((at -= layer.Query.Pieces) < layer.Key.Pieces) layer.Key.Compute(at, normed, _hiddenStride, rows, _keys.Pointer + first * _keyStride, _keyStride, scratch, Ranked(1, first), worker.Added.Pointer);
            else layer.Value.Compute(at - layer.Key.Pieces, normed, _hiddenStride, rows, _values.Pointer + first * _keyStride, _keyStride, scratch, Ranked(2, first), worker.Added.Pointer);
        }

        Meet();
        for (var row = start; row < end; row++) Place(_rows[row], row, index, layer);
        Meet();
        Attend(worker, stage + 1, index, layer.Window, start, end);
        Meet();
        var attended = _attended.Pointer + first * _queryStride;
        Rank(stage + 6, attended, _queryStride, first, rows, scratch, layer.Output);
        for (int own = 0, piece = Next(stage + 2, ref own); piece < layer.Output.Pieces; piece = Next(stage + 2, ref own)) AddProduct(worker, layer.Output, piece, attended, _queryStride, first, rows);

        Meet();
        Norm(_residual, layer.MlpNorm, start, end);
        Meet();
        Rank(stage + 7, normed, _hiddenStride, first, rows, scratch, layer.Gate, layer.Up);
        for (int own = 0, piece = Next(stage + 3, ref own); piece < layer.Gate.Pieces; piece = Next(stage + 3, ref own))
        {
            var (gate, up) = ((nint)(_gate.Pointer + first * _innerStride), (nint)(_up.Pointer + first * _innerStride));
            layer.Gate.Compute(piece, normed, _hiddenStride, rows, (float*)gate, _innerStride, scratch, Ranked(0, first), worker.Added.Pointer);
            layer.Up.Compute(piece, normed, _hiddenStride, rows, (float*)up, _innerStride, scratch, Ranked(1, first), worker.Added.Pointer);
            var (offset, count) = layer.Gate.Piece(piece);
            for (var row = 0; row < rows; row++) VectorMath.SwiGlu((float*)gate + row * _innerStride + offset, (float*)up + row * _innerStride + offset, count);
        }

        Meet();
        Rank(stage + 8, _gate.Pointer + first * _innerStride, _innerStride, first, rows, scratch, layer.Down);
        for (int own = 0, piece = Next(stage + 4, ref own); piece < layer.Down.Pieces; piece = Next(stage + 4, ref own))
            AddProduct(worker, layer.Down, piece, _gate.Pointer + first * _innerStride, _innerStride, first, rows);
        Meet();
    }

    /// <summary>residual += x Wᵀ + b, for one piece of the outputs.</summary>
    private void AddProduct(Worker worker, CpuMatrix matrix, int piece, float* x, nint xStride, int first, int rows)
    {
        matrix.Compute(piece, x, xStride, rows, _delta.Pointer + first * _hiddenStride, _hiddenStride, worker.Product.Pointer, Ranked(0, first), worker.Added.Pointer);
        var (offset, count) = matrix.Piece(piece);
        for (var row = first; row < first + rows; row++) VectorMath.Add(_residual.Pointer + row * _hiddenStride + offset, _delta.Pointer + row * _hiddenStride + offset, count);
    }

    /// <summary>x Aᵀ of the adapters that a stage's matrices have, before the stage itself.</summary>
    private void Rank(int stage, float* x, nint xStride, int first, int rows, float* scratch, CpuMatrix one, CpuMatrix? two = null, CpuMatrix? three = null)
    {
        if (_rank == 0) return;
        var (down1, down2, down3) = (one.LowRank?.Down, two?.LowRank?.Down, three?.LowRank?.Down);
        var (pieces1, pieces2, pieces3) = (down1?.Pieces ?? 0, down2?.Pieces ?? 0, down3?.Pieces ?? 0);
        for (int own = 0, piece = Next(stage, ref own); piece < pieces1 + pieces2 + pieces3; piece = Next(stage, ref own))
        {
            var (down, slot, at) = piece < pieces1 ? (down1!, 0, piece) : piece < pieces1 + pieces2 ? (down2!, 1, piece - pieces1) : (down3!, 2, piece - pieces1 - pieces2);
            down.Compute(at, x, xStride, rows, Ranked(slot, first), down.Outputs, scratch);
        }

        Meet();
    }

    /// <summary>Where x Aᵀ of the first, second or third matrix of a stage stands for rows from <paramref name="first"/> on, each as wide as its rank.</summary>
    private float* Ranked(int slot, int first) => _ranked.Pointer + ((nint)slot * _count + first) * _rank;

    /// <summary>Norms and rotates the heads of a row, and writes its key and value to the cache.</summary>
    private void Place(in StepRow row, int index, int layer, CpuLayer weights)
    {
        var size = _config.HeadSize;
        var (chain, at) = row.Own is { } own ? (own, row.OwnLength - 1) : (row.Prefix, row.PrefixLength - 1);
        var (block, slot) = (chain.Blocks[at / BlockPool.BlockTokens], at % BlockPool.BlockTokens);
        for (var head = 0; head < _config.HeadCount; head++) Turn(_queries.Pointer + index * _queryStride + head * size, weights.QueryNorm, row.Position);
        for (var head = 0; head < _config.KeyValueHeadCount; head++)
        {
            var key = _keys.Pointer + index * _keyStride + head * size;
            var value = _values.Pointer + index * _keyStride + head * size;
            Turn(key, weights.KeyNorm, row.Position);
            _cache.Write(block, layer, head, slot, key, value);
        }
    }

    private void Turn(float* head, float* norm, int position)
    {
        if (norm != null) VectorMath.RmsNorm(head, norm, head, _config.HeadSize, (float)_config.NormEpsilon);
        VectorMath.Rotate(head, _rotary.Cosines(position), _rotary.Sines(position), _config.HeadSize);
    }

    private void Attend(Worker worker, int stage, int layer, int window, int start, int end)
    {
        var heads = _config.KeyValueHeadCount;
        var total = _tasks.Count * heads;
        for (int own = 0, piece = Next(stage, ref own); piece < total; piece = Next(stage, ref own))
        {
            var (first, last) = _tasks[piece / heads];
            if (_isSmall && (first < start || first >= end)) continue;
            worker.Attention.Compute(_rows.AsSpan(0, _count), first, last, layer, window, piece % heads, _queries.Pointer, _queryStride, _attended.Pointer);
        }
    }

    /// <summary>The head for the rows whose logits are wanted, some at a time, so that logits stay small; each target then takes its own.</summary>
    private void Head(Worker worker, int number, int start, int end)
    {
        if (_wanted.Count == 0) return;
        var head = Weights.Head;
        var vocabulary = _config.VocabularySize;
        var stage = StagesPerLayer * _config.LayerCount;
        for (var chunk = 0; chunk < _wanted.Count; chunk += _logitRows, stage += 2)
        {
            var count = Math.Min(_logitRows, _wanted.Count - chunk);
            var (first, last) = _isSmall ? WantedBetween(start, end) : (0, count);
            for (var i = first; i < last; i++)
            {
                if (_isSmall || i % _team.Count == number)
                    VectorMath.RmsNorm(_residual.Pointer + _wanted[chunk + i] * _hiddenStride, Weights.FinalNorm, _final.Pointer + i * _hiddenStride, _config.HiddenSize, (float)_config.NormEpsilon);
            }

            Meet();
            for (int own = 0, piece = Next(stage, ref own); piece < head.Pieces; piece = Next(stage, ref own))
                head.Compute(piece, _final.Pointer + first * _hiddenStride, _hiddenStride, last - first, _logits.Pointer + (nint)first * vocabulary, vocabulary, worker.Product.Pointer);
            Meet();
            var next = first;
            for (var i = Next(stage + 1, ref next); i < last; i = Next(stage + 1, ref next)) _rows[_wanted[chunk + i]].Target!.Take(_logits.Pointer + (nint)i * vocabulary, worker.Sampler);
            Meet();
        }
    }

    private (int First, int Last) WantedBetween(int start, int end)
    {
        var first = _wanted.FindIndex(row => row >= start);
        if (first < 0 || _wanted[first] >= end) return (0, 0);
        var last = first;
        while (last < _wanted.Count && _wanted[last] < end) last++;
        return (first, last);
    }

    private void Norm(NativeBuffer source, float* weight, int start, int end)
    {
        for (var row = start; row < end; row++) VectorMath.RmsNorm(source.Pointer + row * _hiddenStride, weight, _normed.Pointer + row * _hiddenStride, _config.HiddenSize, (float)_config.NormEpsilon);
    }

    /// <summary>The next piece of a stage: each of them where a thread has rows of its own, else one that nobody has taken.</summary>
    private int Next(int stage, ref int own) => _isSmall ? own++ : _team.Take(stage);

    private void Meet()
    {
        if (!_isSmall) _team.Meet();
    }

    public void Dispose()
    {
        _team.Dispose();
        foreach (var worker in _workers) worker.Dispose();
        foreach (var buffer in new[] { _residual, _normed, _queries, _keys, _values, _attended, _gate, _up, _delta, _final, _ranked, _logits }) buffer.Dispose();
        _cache.Dispose();
        _rotary.Dispose();
        _current?.Dispose();
    }

    /// <summary>What one thread has for itself.</summary>
    private sealed class Worker(ModelConfig config, CpuCache cache) : IDisposable
    {
        public NativeBuffer Product { get; } = new();

        public NativeBuffer Added { get; } = new();

        public CpuAttention Attention { get; } = new(config, cache);

        public Sampler Sampler { get; } = new(config.VocabularySize);

        public void Dispose()
        {
            Product.Dispose();
            Added.Dispose();
            Attention.Dispose();
        }
    }
}
