using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Ghpo.Cli;

/// <summary>The top-level fields of a JSON object as text. Unlike System.Text.Json's strings, an escaped half of a surrogate pair (<c>\ud800</c>) is read as it stands.</summary>
internal static class JsonFields
{
    /// <exception cref="JsonException">The line is no JSON object.</exception>
    public static Dictionary<string, string?> Read(string line)
    {
        var fields = new Dictionary<string, string?>(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(line));
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new JsonException("it does not begin with '{'");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = Text(ref reader);
            if (!reader.Read()) break;
            switch (reader.TokenType)
            {
                case JsonTokenType.String or JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False:
                    fields[name] = Text(ref reader);
                    break;
                case JsonTokenType.Null:
                    fields[name] = null;
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        if (reader.TokenType != JsonTokenType.EndObject || reader.Read()) throw new JsonException("it is not one whole object");
        return fields;
    }

    private static string Text(ref Utf8JsonReader reader)
    {
        var raw = Encoding.UTF8.GetString(reader.ValueSpan);
        return reader.ValueIsEscaped ? Unescaped(raw) : raw;
    }

    /// <summary>The reader has checked the escapes' form.</summary>
    private static string Unescaped(string raw)
    {
        var text = new StringBuilder(raw.Length);
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\')
            {
                text.Append(raw[i]);
                continue;
            }
            var c = raw[++i];
            if (c == 'u')
            {
                text.Append((char)int.Parse(raw.AsSpan(i + 1, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                i += 4;
                continue;
            }
            text.Append(c switch { 'n' => '\n', 't' => '\t', 'r' => '\r', 'b' => '\b', 'f' => '\f', _ => c });
        }
        return text.ToString();
    }
}
