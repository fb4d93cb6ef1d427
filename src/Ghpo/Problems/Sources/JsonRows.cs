using System.Text.Json;

namespace Ghpo.Problems.Sources;

/// <summary>Rows of JSON Lines, of an array of objects, and of an object that holds one such array. Read as a stream: only one row is in memory at a time.</summary>
internal static class JsonRows
{
    /// <summary>One object a line; blank lines are passed over.</summary>
    public static IEnumerable<SourceRow> ReadLines(string path)
    {
        using var reader = new ByteReader(path);
        while (reader.Peek() >= 0)
        {
            var line = reader.Line;
            CollectLine(reader);
            if (!string.IsNullOrWhiteSpace(System.Text.Encoding.Latin1.GetString(reader.Row.Span[..Math.Min(reader.Row.Length, 64)])))
                yield return SourceRow.Parse(reader.Row, $"{path}, line {line}", $"{line}");
        }
    }

    /// <summary>An array of objects, or an object of which exactly one member is one. A file of JSON Lines under this ending is read as such.</summary>
    public static IEnumerable<SourceRow> ReadDocument(string path)
    {
        if (IsJsonLines(path))
            return ReadLines(path);
        return ReadWhole(path);
    }

    private static IEnumerable<SourceRow> ReadWhole(string path)
    {
        using var reader = new ByteReader(path);
        switch (reader.PeekPastSpace())
        {
            case '[':
                reader.Read();
                foreach (var row in Elements(reader))
                    yield return row;
                break;
            case '{':
                reader.Read();
                foreach (var row in MembersRows(reader))
                    yield return row;
                break;
            case -1:
                yield break;
            default:
                throw reader.Refuse("expected an array of objects, or an object that holds one");
        }

        if (reader.PeekPastSpace() >= 0)
            throw reader.Refuse("there is text behind the end of the JSON value");
    }

    private static IEnumerable<SourceRow> MembersRows(ByteReader reader)
    {
        var found = false;
        while (reader.PeekPastSpace() != '}')
        {
            Pass(reader, '"', "the name of a member, or }");
            PassString(reader, keep: false);
            Pass(reader, ':', "\":\"");
            if (reader.PeekPastSpace() != '[')
            {
                PassValue(reader, keep: false);
            }
            else
            {
                reader.Read();
                if (reader.PeekPastSpace() != '{')
                {
                    PassNested(reader, keep: false);
                }
                else
                {
                    if (found)
                        throw reader.Refuse("the object holds a second array of objects; keep the problems in a file of their own");
                    found = true;
                    foreach (var row in Elements(reader))
                        yield return row;
                }
            }

            if (reader.PeekPastSpace() != '}')
                Pass(reader, ',', "\",\" or }");
        }

        reader.Read();
        if (!found)
            throw reader.Refuse("the object holds no array of objects; expected an array of problems, or an object that holds one");
    }

    /// <summary>The rest of an array, its bracket read.</summary>
    private static IEnumerable<SourceRow> Elements(ByteReader reader)
    {
        for (var number = 1; reader.PeekPastSpace() != ']'; number++)
        {
            var place = $"{reader.Path}, line {reader.Line} (row {number})";
            reader.BeginRow(place);
            PassValue(reader, keep: true);
            yield return SourceRow.Parse(reader.Row, place, $"{number}");
            if (reader.PeekPastSpace() == ']')
                break;
            Pass(reader, ',', "\",\" or ]");
            if (reader.PeekPastSpace() == ']')
                throw reader.Refuse("not JSON: a comma stands before the end of the array");
        }

        reader.Read();
    }

    /// <summary>Reads over one value, whose inner grammar is left to the JSON parser.</summary>
    private static void PassValue(ByteReader reader, bool keep)
    {
        var first = reader.PeekPastSpace();
        if (first is '{' or '[' or '"')
            Take(reader, keep);
        switch (first)
        {
            case '{' or '[':
                PassNested(reader, keep);
                break;
            case '"':
                PassString(reader, keep);
                break;
            case -1:
                throw reader.Refuse("the file ends in the middle of a JSON value; it was cut off");
            default:
                while (reader.Peek() is not (-1 or ',' or ']' or '}' or ' ' or '\t' or '\r' or '\n'))
                    Take(reader, keep);
                break;
        }
    }

    /// <summary>Reads up to the bracket that closes the one just read; a counter, so depth costs nothing.</summary>
    private static void PassNested(ByteReader reader, bool keep)
    {
        for (long depth = 1; depth > 0;)
        {
            switch (Take(reader, keep))
            {
                case '{' or '[':
                    depth++;
                    break;
                case '}' or ']':
                    depth--;
                    break;
                case '"':
                    PassString(reader, keep);
                    break;
            }
        }
    }

    private static void PassString(ByteReader reader, bool keep)
    {
        for (int next; (next = Take(reader, keep)) != '"';)
        {
            if (next == '\\')
                Take(reader, keep);
        }
    }

    private static int Take(ByteReader reader, bool keep)
    {
        var next = reader.Read();
        if (next < 0)
            throw reader.Refuse("the file ends in the middle of a JSON value; it was cut off");
        if (keep)
            reader.Collect(next);
        return next;
    }

    private static void Pass(ByteReader reader, char expected, string description)
    {
        var next = reader.PeekPastSpace();
        if (next != expected)
            throw reader.Refuse(next < 0 ? "the file ends in the middle of a JSON value; it was cut off" : $"not JSON: expected {description}, found '{(char)next}'");
        reader.Read();
    }

    private static void CollectLine(ByteReader reader)
    {
        reader.BeginRow($"{reader.Path}, line {reader.Line}");
        for (int next; (next = reader.Read()) is not (-1 or '\n');)
            reader.Collect(next);
    }

    /// <summary>Whether the first line is a whole object and another one follows: many .json files of data hubs are JSON Lines.</summary>
    private static bool IsJsonLines(string path)
    {
        using var reader = new ByteReader(path);
        if (reader.PeekPastSpace() != '{')
            return false;
        try
        {
            CollectLine(reader);
            using var first = JsonDocument.Parse(reader.Row);
            return reader.PeekPastSpace() == '{';
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            return false; // it goes on in the next line, or is one long line
        }
    }
}
