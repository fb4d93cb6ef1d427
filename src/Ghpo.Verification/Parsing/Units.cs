using System.Collections.Frozen;
using Ghpo.Verification.Algebra;

namespace Ghpo.Verification.Parsing;

/// <summary>What is known of units: enough to see that 1 m is 100 cm and no kilogram. Unknown words are units without meaning.</summary>
internal static class Units
{
    private static readonly FrozenDictionary<string, (string Kind, Rational Factor)> Known = Build();

    private const int MostParts = 12;

    public static bool IsUnit(string word) => Known.ContainsKey(word) || Known.ContainsKey(word.ToLowerInvariant());

    /// <summary>The kind (length, area as length^2, …) and size of a unit as it was written, such as <c>cm^2</c> or <c>km/h</c>; null when any part is unknown.</summary>
    public static (string Kind, Rational Factor)? Find(string unit)
    {
        var factor = Rational.One;
        var powers = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var sign = 1;
        var parts = 0;
        foreach (var raw in unit.Replace("/", " / ", StringComparison.Ordinal).Replace("*", " ", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (++parts > MostParts) return null;
            if (raw is "/" or "per")
            {
                sign = -1;
                continue;
            }
            var (name, power) = (raw, 1);
            if (name is "square" or "sq" or "cubic") return FindSquared(unit);
            if (name.IndexOf('^', StringComparison.Ordinal) is var hat and > 0)
            {
                if (!int.TryParse(name.AsSpan(hat + 1), out power) || Math.Abs(power) > 12) return null;
                name = name[..hat];
            }
            if (!Known.TryGetValue(name, out var found) && !Known.TryGetValue(name.ToLowerInvariant(), out found)) return null;
            power *= sign;
            factor *= found.Factor.Power(power);
            powers[found.Kind] = powers.GetValueOrDefault(found.Kind) + power;
        }
        return powers.Count > 0 ? (string.Join(' ', powers.Where(p => p.Value != 0).Select(p => p.Value == 1 ? p.Key : p.Key + "^" + p.Value)), factor) : null;
    }

    private static (string, Rational)? FindSquared(string unit)
    {
        var words = unit.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != 2 || (!Known.TryGetValue(words[1], out var found) && !Known.TryGetValue(words[1].ToLowerInvariant(), out found))) return null;
        var power = words[0] == "cubic" ? 3 : 2;
        return (found.Kind + "^" + power, found.Factor.Power(power));
    }

    private static FrozenDictionary<string, (string, Rational)> Build()
    {
        var known = new Dictionary<string, (string, Rational)>(StringComparer.Ordinal);
        void Add(string kind, string names, Rational factor)
        {
            foreach (var name in names.Split(' ')) known[name] = (kind, factor);
        }

        Add("length", "m meter meters metre metres", 1);
        Add("length", "cm centimeter centimeters centimetre centimetres", new(1, 100));
        Add("length", "mm millimeter millimeters millimetre millimetres", new(1, 1000));
        Add("length", "km kilometer kilometers kilometre kilometres", 1000);
        Add("length", "nm nanometer nanometers", new(1, 1_000_000_000));
        Add("length", "inch inches in", new(254, 10_000));
        Add("length", "ft foot feet", new(3048, 10_000));
        Add("length", "yd yard yards", new(9144, 10_000));
        Add("length", "mi mile miles", new(1_609_344, 1000));
        Add("time", "s sec secs second seconds", 1);
        Add("time", "ms millisecond milliseconds", new(1, 1000));
        Add("time", "min mins minute minutes", 60);
        Add("time", "h hr hrs hour hours", 3600);
        Add("time", "day days", 86_400);
        Add("time", "week weeks", 604_800);
        Add("before noon", "a.m am A.M AM a.m. A.M.", 1);
        Add("after noon", "p.m pm P.M PM p.m. P.M.", 1);
        Add("years", "year years yr yrs", 1);
        Add("years", "month months", new(1, 12));
        Add("mass", "g gram grams", 1);
        Add("mass", "kg kilogram kilograms", 1000);
        Add("mass", "mg milligram milligrams", new(1, 1000));
        Add("weight", "lb lbs pound pounds", 1);
        Add("weight", "oz ounce ounces", new(1, 16));
        Add("volume", "l liter liters litre litres", 1);
        Add("volume", "ml mL milliliter milliliters", new(1, 1000));
        Add("money", "dollar dollars usd USD bucks", 1);
        Add("money", "cent cents ¢", new(1, 100));
        Add("force", "N newton newtons", 1);
        Add("energy", "J joule joules", 1);
        Add("energy", "kJ kilojoule kilojoules", 1000);
        Add("charge", "C coulomb coulombs", 1);
        Add("voltage", "V volt volts", 1);
        Add("power", "W watt watts", 1);
        Add("power", "kW kilowatt kilowatts", 1000);
        Add("pressure", "Pa pascal pascals", 1);
        Add("pressure", "kPa", 1000);
        Add("frequency", "Hz hertz", 1);
        Add("frequency", "kHz", 1000);
        Add("frequency", "MHz", 1_000_000);
        Add("temperature", "K kelvin kelvins", 1);
        Add("amount", "mol mole moles", 1);
        Add("current", "A amp amps ampere amperes", 1);
        return known.ToFrozenDictionary();
    }
}
