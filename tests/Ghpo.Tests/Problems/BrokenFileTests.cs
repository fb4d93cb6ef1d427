using System.Text;
using Ghpo.Problems;
using Parquet.Serialization;

namespace Ghpo.Tests.Problems;

/// <summary>Whatever is in a file, the user gets one error that names it and its line.</summary>
public class BrokenFileTests
{
    private const string Good = """{"question": "q", "answer": "1"}""" + "\n";

    [Theory]
    [InlineData(".jsonl", Good + "{\"question\": \"q\", \"answer\": NaN}", "line 2: not a JSON object")]
    [InlineData(".jsonl", Good + "{\"question\": \"\\ud800\", \"answer\": 1}", "line 2: the question holds half of a Unicode surrogate pair")]
    [InlineData(".jsonl", Good + "{\"question\": 7, \"answer\": 1}", "line 2: the question is a number")]
    [InlineData(".jsonl", Good + "{\"question\": {\"a\": 1}, \"answer\": 1}", "line 2: the question is an object")]
    [InlineData(".jsonl", Good + "{\"question\": [\"a\", \"b\"], \"answer\": 1}", "line 2: the question is a list of 2")]
    [InlineData(".jsonl", Good + "{\"question\": \"q2\", \"answer\": [1, 2]}", "line 2: the gold answer is a list of 2")]
    [InlineData(".jsonl", Good + "{\"question\": \"q2\", \"answer\": {}}", "line 2: the gold answer is an object")]
    [InlineData(".jsonl", Good + "{\"question\": \" \", \"answer\": 1}", "line 2: the question is empty")]
    [InlineData(".jsonl", Good + "null", "line 2: expected a JSON object, found Null")]
    [InlineData(".json", "{\"question\": \"q\", \"answer\": \"1\"}", "line 1: the object holds no array of objects")]
    [InlineData(".json", "{\"a\": [{\"question\": \"q\", \"answer\": 1}],\n\"b\": [{}]}", "line 2: the object holds a second array of objects")]
    [InlineData(".json", "[\n{\"question\": \"q\", \"answer\": 1},\n3]", "line 3 (row 2): expected a JSON object, found Number")]
    [InlineData(".json", "[\n{\"question\": \"q\", \"answer\": 1}\n{\"question\"", "line 3: not JSON: expected \",\" or ], found '{'")]
    [InlineData(".json", "[\n{\"question\": \"q\",\n \"answer\": \"1", "line 3: the file ends in the middle of a JSON value")]
    [InlineData(".json", "[{\"question\": \"q\", \"answer\": 1}]\n]", "line 2: there is text behind the end")]
    [InlineData(".json", "[{\"question\": \"q\", \"answer\": 1},]", "line 1: not JSON: a comma stands before the end")]
    [InlineData(".json", "hello", "line 1: expected an array of objects")]
    [InlineData(".csv", "question,answer\nq,1\nq2,1,2\n", "line 3: 3 fields where the header names 2")]
    [InlineData(".csv", "question,answer\nq,1\n\"q2,1\n", "line 3: a field in double quotes is never closed")]
    [InlineData(".csv", "one column\nq\n", "line 1: expected a header")]
    [InlineData(".parquet", "PAR1 and then something else, PAR1", "not a Parquet file")]
    [InlineData(".parquet", "", "not a Parquet file")]
    [InlineData(".jsonl", " \r\n\r\n", "is empty")]
    [InlineData(".json", "", "is empty")]
    [InlineData(".json", "[]", "is empty")]
    [InlineData(".csv", "question,answer\n", "is empty")]
    [InlineData(".xml", "<a/>", "ends in \".xml\"; .jsonl, .json, .parquet, .csv and .tsv are read")]
    public void Broken_files_are_refused_with_their_place(string ending, string content, string expected)
    {
        using var file = new TemporaryFile(ending, content);
        Assert.Contains(expected, file.Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".jsonl")]
    [InlineData(".json")]
    [InlineData(".csv")]
    public void Bytes_that_are_no_characters_are_refused_with_their_place(string ending)
    {
        byte[] head = ending switch { ".csv" => [.. "question,answer\n"u8], ".json" => [.. "[\n"u8], _ => [.. Encoding.UTF8.GetBytes(Good)] };
        byte[] row = ending == ".csv" ? [.. "é"u8, 0xff, .. ",1"u8] : [.. "{\"question\": \"é"u8, 0xff, .. "\", \"answer\": 1}"u8];
        using var file = new TemporaryFile(ending, [.. head, .. row]);
        var message = file.Refusal();
        Assert.Contains("line 2", message, StringComparison.Ordinal);
        Assert.Contains($"not valid UTF-8 (0xff after {(ending == ".csv" ? 2 : 16)} bytes", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_in_UTF16_is_refused()
    {
        using var file = new TemporaryFile(".jsonl", [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(Good)]);
        Assert.Contains("UTF-16", file.Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".jsonl")]
    [InlineData(".json")]
    [InlineData(".csv")]
    public void A_line_of_a_hundred_megabytes_is_refused_without_being_held(string ending)
    {
        using var file = new TemporaryFile(ending, ending == ".csv" ? "question,answer\n\"" : ending == ".json" ? "[\n{\"question\": \"" : Good + "{\"question\": \"");
        using (var stream = new FileStream(file.Path, FileMode.Append))
        {
            var block = new byte[1 << 20];
            Array.Fill(block, (byte)'a');
            for (var i = 0; i < 100; i++)
                stream.Write(block);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("line 2", file.Refusal(), StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 80 << 20); // a buffer that doubles up to 16 MiB
    }

    [Theory]
    [InlineData(".jsonl", 1_000_000)]
    [InlineData(".json", 1_000_000)]
    [InlineData(".json", 100)]
    public void Deep_nesting_is_refused(string ending, int depth)
    {
        var row = "{\"question\": \"q\", \"answer\": " + new string('[', depth) + new string(']', depth) + "}";
        using var file = new TemporaryFile(ending, ending == ".json" ? $"[{row}]" : row);
        Assert.Contains("maximum configured depth", file.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Parquet_file_cut_off_anywhere_is_refused()
    {
        using var whole = new MemoryStream();
        await ParquetSerializer.SerializeAsync(Enumerable.Range(0, 300).Select(i => new Row { Question = $"question {i}", Answer = $"{i}" }).ToArray(), whole);
        var bytes = whole.ToArray();
        foreach (var length in new[] { 3, 4, 50, bytes.Length / 2, bytes.Length - 9, bytes.Length - 1 })
        {
            using var file = new TemporaryFile(".parquet", bytes[..length]);
            Assert.Contains("not a Parquet file that can be read", file.Refusal(), StringComparison.Ordinal);
        }

        // A byte changed in the middle is an error or another text, never a crash of another kind.
        for (var at = 4; at < bytes.Length; at += 97)
        {
            var broken = (byte[])bytes.Clone();
            broken[at] ^= 0xff;
            using var file = new TemporaryFile(".parquet", broken);
            var error = Record.Exception(() => file.Load());
            Assert.True(error is null or InvalidDataException, $"byte {at}: {error}");
        }
    }

    [Fact]
    public void A_folder_is_no_file()
    {
        var folder = Directory.CreateTempSubdirectory("ghpo-");
        var error = Assert.Throws<InvalidDataException>(() => ProblemLoader.Load(new ProblemOptions { Path = folder.FullName }, 0));
        Assert.Contains($"{folder.FullName} is a folder; name a file in it", error.Message, StringComparison.Ordinal);
        folder.Delete();
    }

    private sealed class Row
    {
        [System.Text.Json.Serialization.JsonPropertyName("question")]
        public string? Question { get; set; }

        [System.Text.Json.Serialization.JsonPropertyName("answer")]
        public string? Answer { get; set; }
    }
}
