using System.Text;
using System.Text.Json.Serialization;
using Ghpo.Problems;
using Parquet.Serialization;

namespace Ghpo.Tests.Problems;

/// <summary>The same rows in every kind of file are the same problems.</summary>
public class DataFileTests
{
    private static readonly string[] Rows = ["""{"question": "a {\"[} é", "answer": "1"}""", """{"question": "b, c", "answer": "2"}"""];

    public static TheoryData<string, string> Files => new()
    {
        { ".jsonl", string.Join('\n', Rows) },
        { ".jsonl", "\uFEFF" + string.Join("\r\n", Rows) + "\r\n\r\n" },
        { ".ndjson", string.Join("\n\n", Rows) + "\n" },
        { ".json", "[" + string.Join(",", Rows) + "]" },
        { ".json", "\uFEFF \r\n[\r\n" + string.Join(",\r\n", Rows) + "\r\n]\r\n" },
        { ".json", "{\"version\": 1.5, \"tags\": [1, [2]], \"empty\": [], \"about\": {\"rows\": [{}]}, \"data\": [" + string.Join(",", Rows) + "], \"more\": null}" },
        { ".json", string.Join('\n', Rows) }, // JSON Lines under another name
        { ".csv", "question,answer\r\n\"a {\"\"[} é\",1\r\n\"b, c\",2\r\n" },
        { ".tsv", "question\tanswer\n\"a {\"\"[} é\"\t1\nb, c\t2" },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_kind_of_file_gives_the_same_problems(string ending, string content)
    {
        using var file = new TemporaryFile(ending, content);
        var set = file.Load();
        Assert.Equal([("a {\"[} é", "1"), ("b, c", "2")], set.Problems.Select(p => (p.Text, p.Answer)));
        Assert.Equal(2, set.Problems.Select(p => p.Id).Distinct().Count());
        Assert.Equal("2 rows read, 2 used", set.Counts!.ToString());
    }

    [Fact]
    public async Task Parquet_is_read_over_several_row_groups_with_nested_columns()
    {
        using var stream = new MemoryStream();
        await ParquetSerializer.SerializeAsync(
            Enumerable.Range(0, 250).Select(i => new ParquetRow { Problem = $"question {i}", Answer = i, Level = i % 5, Messages = [new() { Role = "user", Content = $"question {i}" }, new() { Role = "assistant", Content = $"so $\\boxed{{{i}}}$" }] }).ToArray(),
            stream,
            new Parquet.ParquetOptions { RowGroupSize = 100 });
        using var file = new TemporaryFile(".parquet", stream.ToArray());
        var set = file.Load();
        Assert.Equal(250, set.Problems.Count);
        Assert.Equal(("question 249", "249", 4, "250"), (set.Problems[249].Text, set.Problems[249].Answer, set.Problems[249].Level!.Value, set.Problems[249].Id));

        var chat = file.Load(new ProblemOptions { Preset = ProblemPreset.Numinamath, Fields = new() { Problem = "messages", Answer = "no such field" } });
        Assert.Equal(("question 7", "7", "so $\\boxed{7}$"), (chat.Problems[7].Text, chat.Problems[7].Answer, chat.Problems[7].Trace));
        var wrong = file.Refusal(new ProblemOptions { Fields = new() { Problem = "missing" } });
        Assert.Contains(", row 1: no field with the question (missing); the row has", wrong, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_files_are_one_set_in_the_order_of_their_names()
    {
        var folder = Directory.CreateTempSubdirectory("ghpo-");
        File.WriteAllText(Path.Combine(folder.FullName, "part-2.jsonl"), Rows[1]);
        File.WriteAllText(Path.Combine(folder.FullName, "part-1.jsonl"), Rows[0]);
        var set = ProblemLoader.Load(new ProblemOptions { Path = Path.Combine(folder.FullName, "part-*.jsonl") }, 0);
        Assert.Equal([("1", "part-1/1"), ("2", "part-2/1")], set.Problems.Select(p => (p.Answer, p.Id)));
        folder.Delete(recursive: true);
    }

    [Fact]
    public void A_field_called_id_that_names_no_row_gives_way_to_numbers_unless_it_is_mapped()
    {
        using var file = new TemporaryFile(".jsonl", """{"id": "x", "question": "a", "answer": "1"}""" + "\n" + """{"id": "x", "question": "b", "answer": "1"}""");
        Assert.Equal(["1", "2"], file.Load().Problems.Select(p => p.Id));
        Assert.Contains("line 2: another row has the id \"x\" too", file.Refusal(new ProblemOptions { Fields = new() { Id = "id" } }), StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_longer_than_the_buffer_and_characters_across_its_end_are_read_whole()
    {
        var text = string.Concat(Enumerable.Repeat("é€😀", 60_000));
        using var file = new TemporaryFile(".jsonl", Encoding.UTF8.GetBytes($$"""{"question": "{{text}}", "answer": "1"}"""));
        Assert.Equal(text, file.Load().Problems[0].Text);
    }

    private sealed class ParquetRow
    {
        [JsonPropertyName("problem")]
        public string? Problem { get; set; }

        [JsonPropertyName("answer")]
        public double Answer { get; set; }

        [JsonPropertyName("level")]
        public int? Level { get; set; }

        [JsonPropertyName("messages")]
        public List<ParquetMessage>? Messages { get; set; }
    }

    private sealed class ParquetMessage
    {
        [JsonPropertyName("role")]
        public string? Role { get; set; }

        [JsonPropertyName("content")]
        public string? Content { get; set; }
    }
}
