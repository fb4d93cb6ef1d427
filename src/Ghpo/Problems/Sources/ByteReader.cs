namespace Ghpo.Problems.Sources;

/// <summary>Reads a file byte by byte through a small buffer, counts its lines, and collects the bytes of one row: memory is bounded by the longest row allowed.</summary>
internal sealed class ByteReader : IDisposable
{
    private readonly FileStream _file;
    private readonly byte[] _buffer = new byte[1 << 16];
    private int _at;
    private int _end;
    private byte[] _row = new byte[1 << 12];
    private int _length;
    private string _rowPlace = "";

    /// <summary>Opens a file and passes its byte order mark.</summary>
    /// <exception cref="InvalidDataException">The mark is that of UTF-16.</exception>
    public ByteReader(string path)
    {
        Path = path;
        _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        Fill();
        if (_buffer.AsSpan(0, _end).StartsWith("\uFEFF"u8))
            _at = 3;
        else if (_end >= 2 && (_buffer[0], _buffer[1]) is (0xfe, 0xff) or (0xff, 0xfe))
            throw Refuse("the file is UTF-16; save it as UTF-8");
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The line of the next byte, from 1.</summary>
    public int Line { get; private set; } = 1;

    /// <summary>The bytes collected since <see cref="BeginRow"/>; valid until the next one begins.</summary>
    public ReadOnlyMemory<byte> Row => _row.AsMemory(0, _length);

    /// <summary>The next byte, left where it is; −1 at the end.</summary>
    public int Peek() => _at < _end || Fill() ? _buffer[_at] : -1;

    /// <summary>The next byte; −1 at the end.</summary>
    public int Read()
    {
        var next = Peek();
        if (next >= 0)
            _at++;
        if (next == '\n')
            Line++;
        return next;
    }

    /// <summary>The next byte that is not JSON's white space, left where it is; −1 at the end.</summary>
    public int PeekPastSpace()
    {
        int next;
        while ((next = Peek()) is ' ' or '\t' or '\r' or '\n')
            Read();
        return next;
    }

    /// <summary>Begins to collect a row.</summary>
    /// <param name="place">Where it stands, for messages.</param>
    public void BeginRow(string place) => (_length, _rowPlace) = (0, place);

    /// <summary>Adds a byte to the row.</summary>
    /// <exception cref="InvalidDataException">The row is too long.</exception>
    public void Collect(int next)
    {
        if (_length == SourceRow.MaxBytes)
            throw new InvalidDataException($"{_rowPlace}: the row is longer than {SourceRow.MaxBytes >> 20} MiB; a row holds one problem (a .json file holds them in one array, a .jsonl file one a line)");
        if (_length == _row.Length)
            Array.Resize(ref _row, _row.Length * 2);
        _row[_length++] = (byte)next;
    }

    /// <summary>An error at this line.</summary>
    public InvalidDataException Refuse(string message) => new($"{Path}, line {Line}: {message}");

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private bool Fill()
    {
        (_at, _end) = (0, _file.Read(_buffer));
        return _end > 0;
    }
}
