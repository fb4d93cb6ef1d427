namespace Ghpo.Problems.Sources;

/// <summary>A file of rows, read by its ending.</summary>
internal static class DataFile
{
    private const string Kinds = ".jsonl, .json, .parquet, .csv and .tsv are read";

    /// <summary>The files that a path names: itself, or, where it holds * or ?, those of its folder that match, in the order of their names.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    public static IReadOnlyList<string> Find(string path)
    {
        if (File.Exists(path))
            return [path];
        if (Directory.Exists(path))
            throw new InvalidDataException($"problems.path: {path} is a folder; name a file in it, or several as {Path.Combine(path, "*.parquet")}");
        var pattern = Path.GetFileName(path);
        var folder = Path.GetDirectoryName(path) is { Length: > 0 } name ? name : ".";
        string[] found = pattern.AsSpan().ContainsAny('*', '?') && Directory.Exists(folder) ? Directory.GetFiles(folder, pattern) : [];
        if (found.Length == 0)
            throw new FileNotFoundException($"problems.path: there is no file {path}", path);
        Array.Sort(found, StringComparer.Ordinal);
        return found;
    }

    /// <summary>The rows of a file.</summary>
    /// <exception cref="InvalidDataException">The file is broken, or of a kind that is not read.</exception>
    public static IEnumerable<SourceRow> Read(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".jsonl" or ".ndjson" => JsonRows.ReadLines(path),
        ".json" => JsonRows.ReadDocument(path),
        ".parquet" => ParquetRows.Read(path),
        ".csv" => CsvRows.Read(path, ','),
        ".tsv" => CsvRows.Read(path, '\t'),
        "" => throw new InvalidDataException($"problems.path: {path} has no ending that says what it is; {Kinds}"),
        var other => throw new InvalidDataException($"problems.path: {path} ends in \"{other}\"; {Kinds}"),
    };
}
