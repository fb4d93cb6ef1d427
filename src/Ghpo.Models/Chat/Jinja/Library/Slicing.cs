using Ghpo.Models.Chat.Jinja.Values;

namespace Ghpo.Models.Chat.Jinja.Library;

/// <summary>Python's slices.</summary>
internal static class Slicing
{
    public static object? Slice(object? owner, long? start, long? stop, long? step, Rendering rendering)
    {
        if (step == 0)
            throw new JinjaException("slice step cannot be zero");
        switch (owner)
        {
            case string text when PythonString.IsPlain(text):
                var places = Places(text.Length, start, stop, step ?? 1);
                return rendering.Budget.Text(string.Create(places.Count, (text, places), static (target, state) =>
                {
                    for (var i = 0; i < target.Length; i++)
                        target[i] = state.text[state.places[i]];
                }));
            case string text:
                var characters = PythonString.CharacterArray(text);
                return rendering.Budget.Text(string.Concat(Places(characters.Length, start, stop, step ?? 1).Select(i => characters[i])));
            case JinjaTuple tuple:
                return new JinjaTuple(Items(tuple, start, stop, step, rendering));
            case JinjaList or JinjaView:
                return new JinjaList(Items((JinjaSequence)owner, start, stop, step, rendering));
            case Undefined undefined:
                throw undefined.Error();
            default:
                return Undefined.Member(owner, "slice");
        }
    }

    /// <summary>A part of a text between two places, as <c>startswith</c> and its like take them.</summary>
    public static string Places(string text, long? start, long? stop) =>
        start is null && stop is null ? text : string.Concat(Places(text.Length, start, stop, 1).Select(i => text[i]));

    private static List<object?> Items(JinjaSequence sequence, long? start, long? stop, long? step, Rendering rendering)
    {
        var places = Places(sequence.Items.Count, start, stop, step ?? 1);
        rendering.Budget.ListLength(places.Count);
        return [.. places.Select(i => sequence.Items[i])];
    }

    private static List<int> Places(int length, long? start, long? stop, long step)
    {
        step = Math.Clamp(step, -int.MaxValue, int.MaxValue);
        var (lowest, highest) = step > 0 ? (0L, length) : (-1L, length - 1);
        var from = Bound(start, step > 0 ? lowest : highest);
        var to = Bound(stop, step > 0 ? highest : lowest);
        var places = new List<int>();
        for (var i = from; step > 0 ? i < to : i > to; i += step)
            places.Add((int)i);
        return places;

        long Bound(long? bound, long otherwise) => bound is { } value ? Math.Clamp(value < 0 ? value + length : value, lowest, highest) : otherwise;
    }
}
