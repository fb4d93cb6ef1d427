using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Ghpo.Training.Recipes;

/// <summary>
/// YAML text as nodes with places. Recipes use plain YAML: no anchors, tags or second document. Every duplicate key is
/// found, which YamlDotNet's own representation model would end at the first.
/// </summary>
internal sealed class YamlText
{
    private const int MaxDepth = 50;
    private readonly Parser _parser;
    private readonly Func<Mark, Place> _place;
    private readonly RecipeErrors _errors;

    private YamlText(string text, Func<Mark, Place> place, RecipeErrors errors)
    {
        _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
        _place = place;
        _errors = errors;
    }

    /// <summary>The nodes of a file's text; null where it is empty or cannot be read, which is then among the errors.</summary>
    public static RecipeNode? Read(string text, string source, RecipeErrors errors) =>
        new YamlText(text, mark => new Place(source, (int)mark.Line, (int)mark.Column), errors).ReadDocument(source);

    /// <summary>The value of an override; null where it is no YAML.</summary>
    public static RecipeNode? ReadValue(string text, Place place)
    {
        var errors = new RecipeErrors();
        var node = new YamlText(text, _ => place, errors).ReadDocument(place.Source);
        return errors.Count > 0 ? null : node ?? new ScalarNode(place, "");
    }

    private RecipeNode? ReadDocument(string source)
    {
        try
        {
            _parser.Consume<StreamStart>();
            if (_parser.TryConsume<StreamEnd>(out _))
                return null;
            _parser.Consume<DocumentStart>();
            var node = ReadNode("", 0);
            _parser.Consume<DocumentEnd>();
            if (_parser.TryConsume<DocumentStart>(out var second))
                _errors.Add(_place(second.Start), "", "a second YAML document begins here; a recipe is one document: remove the line ---");
            return node is ScalarNode { IsNull: true } ? null : node;
        }
        catch (YamlException exception)
        {
            _errors.Add(_place(exception.Start), "", $"not valid YAML: {FirstLine(exception)}");
            return null;
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or OverflowException or FormatException)
        {
            _errors.Add(new Place(source), "", $"not valid YAML: {FirstLine(exception)}");
            return null;
        }
    }

    private RecipeNode ReadNode(string path, int depth)
    {
        var current = _parser.Current!;
        if (depth > MaxDepth)
            throw new YamlException(current.Start, current.End, $"values are nested more than {MaxDepth} deep");
        if (current is not NodeEvent next || !next.Anchor.IsEmpty)
            throw new YamlException(current.Start, current.End, "anchors (&) and aliases (*) are not used in recipes: write the value out, or quote a text that begins so");
        if (!next.Tag.IsEmpty && !next.Tag.IsNonSpecific)
            throw new YamlException(next.Start, next.End, "tags (!) are not used in recipes: quote a text that begins so");
        return next switch
        {
            Scalar => ReadScalar(),
            SequenceStart => ReadList(path, depth),
            _ => ReadMap(path, depth),
        };
    }

    private ScalarNode ReadScalar()
    {
        var scalar = _parser.Consume<Scalar>();
        return new(_place(scalar.Start), scalar.Value, scalar.Style is not (ScalarStyle.Plain or ScalarStyle.Any));
    }

    private ListNode ReadList(string path, int depth)
    {
        var start = _parser.Consume<SequenceStart>();
        var items = new List<RecipeNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
            items.Add(ReadNode($"{path}[{items.Count}]", depth + 1));
        return new(_place(start.Start), items);
    }

    private MapNode ReadMap(string path, int depth)
    {
        var start = _parser.Consume<MappingStart>();
        var entries = new Dictionary<string, MapEntry>(StringComparer.Ordinal);
        var order = new List<MapEntry>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (_parser.Current is not Scalar)
                throw new YamlException(_parser.Current!.Start, _parser.Current.End, "a key must be plain text");
            var key = ReadScalar();
            var entry = new MapEntry(key.Value, key.Place, ReadNode(KeyPath.Join(path, key.Value), depth + 1));
            if (entries.TryAdd(key.Value, entry))
                order.Add(entry);
            else
                _errors.Add(key.Place, KeyPath.Join(path, key.Value), $"the key stands here twice, first in line {entries[key.Value].KeyPlace.Line}; keep one of them");
        }

        return new(_place(start.Start), order);
    }

    private static string FirstLine(Exception exception)
    {
        var text = (exception.InnerException ?? exception).Message;
        // YamlDotNet puts "(Line: 1, Col: 2, Idx: 3) - (…): " before its words; the place is printed already.
        var words = text.StartsWith("(Line:", StringComparison.Ordinal) && text.IndexOf("): ", StringComparison.Ordinal) is var end and >= 0 ? text[(end + 3)..] : text;
        return words.Split('\n')[0].Trim();
    }
}
