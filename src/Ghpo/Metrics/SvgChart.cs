using System.Globalization;
using System.Security;
using System.Text;

namespace Ghpo.Metrics;

/// <summary>A line of a chart.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Points">Its points in the order of x; y that is not finite leaves a gap.</param>
public sealed record SvgSeries(string Name, IReadOnlyList<(double X, double Y)> Points)
{
    /// <summary>Lower and upper end at each point, drawn as a band; empty: no band.</summary>
    public IReadOnlyList<(double Low, double High)> Band { get; init; } = [];

    /// <summary>Whether the line is dashed.</summary>
    public bool Dashed { get; init; }

    /// <summary>Whether each point has a dot.</summary>
    public bool Dots { get; init; }

    /// <summary>The colour, 0 to 7; null: the series' place.</summary>
    public int? Colour { get; init; }
}

/// <summary>
/// A line chart, or one of stacked areas, as a self-contained SVG text: light and dark by the reader's setting, any
/// sans-serif font, a title and a description for screen readers. Needs no fonts, no native code and no network.
/// </summary>
public sealed record SvgChart
{
    /// <summary>The title above the chart.</summary>
    public required string Title { get; init; }

    /// <summary>What is to be seen, in a sentence, for those who cannot see it.</summary>
    public string Description { get; init; } = "";

    /// <summary>What the horizontal axis shows.</summary>
    public string XLabel { get; init; } = "step";

    /// <summary>What the vertical axis shows.</summary>
    public string YLabel { get; init; } = "";

    /// <summary>Lower end of the vertical axis; null: by the data.</summary>
    public double? YMinimum { get; init; }

    /// <summary>Upper end of the vertical axis; null: by the data.</summary>
    public double? YMaximum { get; init; }

    /// <summary>Whether the vertical axis is written in per cent.</summary>
    public bool Percent { get; init; }

    /// <summary>Whether the series are areas, one upon the other, all with the same x.</summary>
    public bool Stacked { get; init; }

    /// <summary>The lines, at most eight.</summary>
    public required IReadOnlyList<SvgSeries> Series { get; init; }

    /// <summary>Width in pixels.</summary>
    public int Width { get; init; } = 720;

    /// <summary>Height in pixels.</summary>
    public int Height { get; init; } = 360;

    private const double Left = 64;
    private const double Right = 20;
    private const double Bottom = 46;

    // Light and dark steps of the same hues, told apart also with the common colour blindnesses.
    private static readonly (string Light, string Dark)[] Colours =
    [
        ("#2a78d6", "#4c93ea"), ("#d1571f", "#ef8354"), ("#159669", "#2bb586"), ("#7a4fc4", "#a78bea"),
        ("#b58300", "#d9a520"), ("#c23a6b", "#ee7fa6"), ("#4a7a8c", "#7fb3c6"), ("#8a8983", "#8f8e88"),
    ];

    private double Top => 44 + (20 * LegendRows().Count);

    /// <summary>The chart as an SVG document.</summary>
    public string Render()
    {
        var layers = Stacked ? Layers() : [];
        var (x, y) = Axes(layers);
        var svg = new StringBuilder();
        svg.Append(Invariant($"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" width="{Width}" height="{Height}" role="img" aria-labelledby="title description">
            <title id="title">{Escape(Title)}</title>
            <desc id="description">{Escape(Description)}</desc>
            <style>
            {Style()}
            </style>
            <rect class="surface" width="{Width}" height="{Height}" rx="6"/>
            <text class="heading" x="16" y="26">{Escape(Title)}</text>

            """));
        WriteLegend(svg);
        WriteAxes(svg, x, y);
        for (var i = 0; i < Series.Count; i++)
            WriteSeries(svg, i, x, y, layers);
        if (Series.All(series => !series.Points.Any(point => double.IsFinite(point.Y))))
            svg.Append(Invariant($"<text class=\"label\" text-anchor=\"middle\" x=\"{Width / 2}\" y=\"{Height / 2}\">no data</text>\n"));
        return svg.Append("</svg>\n").ToString().ReplaceLineEndings("\n");
    }

    /// <summary>The light colour of an element by its classes; the last that has one counts.</summary>
    internal static string ColourOf(IEnumerable<string> classes) => classes.Select(name => name switch
    {
        "surface" => "#fcfcfb",
        "heading" => "#1a1a19",
        "grid" => "#e4e3df",
        "axis" => "#a3a29c",
        _ when name.StartsWith("fill", StringComparison.Ordinal) => Colours[int.Parse(name[4..])].Light,
        _ when name.StartsWith("line", StringComparison.Ordinal) && name.Length > 4 => Colours[int.Parse(name[4..])].Light,
        _ => null,
    }).LastOrDefault(colour => colour is not null) ?? "#52514e";

    private static string Style()
    {
        var light = new StringBuilder();
        var dark = new StringBuilder();
        for (var i = 0; i < Colours.Length; i++)
        {
            light.Append($".line{i}{{stroke:{Colours[i].Light}}} .fill{i}{{fill:{Colours[i].Light}}} ");
            dark.Append($".line{i}{{stroke:{Colours[i].Dark}}} .fill{i}{{fill:{Colours[i].Dark}}} ");
        }

        return $$"""
            .surface{fill:#fcfcfb} text{font-family:system-ui,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;font-size:12px;fill:#52514e} .heading{font-size:15px;font-weight:600;fill:#1a1a19}
            .grid{stroke:#e4e3df;stroke-width:1} .axis{stroke:#a3a29c;stroke-width:1} .line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round} .band{fill-opacity:.16} .area{fill-opacity:.8;stroke:#fcfcfb;stroke-width:1}
            {{light}}
            @media (prefers-color-scheme:dark){ .surface{fill:#1a1a19} text{fill:#c3c2b7} .heading{fill:#f4f3ee} .grid{stroke:#34332f} .axis{stroke:#77766f} .area{stroke:#1a1a19} {{dark}}}
            """;
    }

    private void WriteLegend(StringBuilder svg)
    {
        if (Series.Count < 2)
            return;
        var y = 48.0;
        foreach (var row in LegendRows())
        {
            foreach (var (index, x) in row)
            {
                var colour = Colour(index);
                svg.Append(Stacked
                    ? Invariant($"<rect class=\"fill{colour}\" x=\"{x:0.#}\" y=\"{y - 10}\" width=\"14\" height=\"10\" rx=\"2\"/>")
                    : Invariant($"<line class=\"line line{colour}\" x1=\"{x:0.#}\" y1=\"{y - 4}\" x2=\"{x + 18:0.#}\" y2=\"{y - 4}\"{Dash(Series[index])}/>"));
                svg.Append(Invariant($"<text x=\"{x + (Stacked ? 20 : 24):0.#}\" y=\"{y}\">{Escape(Series[index].Name)}</text>\n"));
            }

            y += 20;
        }
    }

    /// <summary>Where each name of the legend stands; widths are estimated, as no font is at hand to measure with.</summary>
    private List<List<(int Index, double X)>> LegendRows()
    {
        var rows = new List<List<(int, double)>>();
        if (Series.Count < 2)
            return rows;
        var x = double.PositiveInfinity;
        for (var i = 0; i < Series.Count; i++)
        {
            var width = 46 + (7.0 * Series[i].Name.Length);
            if (x + width > Width - 16)
            {
                rows.Add([]);
                x = 16;
            }

            rows[^1].Add((i, x));
            x += width;
        }

        return rows;
    }

    private (Axis X, Axis Y) Axes(double[][] layers)
    {
        var xs = Series.SelectMany(series => series.Points).Select(point => point.X).Where(double.IsFinite).ToList();
        var ys = (Stacked ? layers.SelectMany(layer => layer) : Series.SelectMany(series => series.Points.Select(point => point.Y).Concat(series.Band.SelectMany(band => new[] { band.Low, band.High })))).Where(double.IsFinite).ToList();
        var (xLow, xHigh) = xs.Count == 0 ? (0, 1) : (xs.Min(), xs.Max());
        var low = YMinimum ?? (ys.Count == 0 ? 0 : ys.Min());
        var high = YMaximum ?? (ys.Count == 0 ? 1 : ys.Max());
        return (Axis.Between(xLow, xHigh, Left, Width - Right, exact: true, whole: true, count: 8),
            Axis.Between(low, high, Height - Bottom, Top, exact: YMinimum is not null && YMaximum is not null, whole: false, count: 5));
    }

    private void WriteAxes(StringBuilder svg, Axis x, Axis y)
    {
        foreach (var tick in y.Ticks)
        {
            var at = y.Map(tick);
            svg.Append(Invariant($"<line class=\"grid\" x1=\"{Left}\" y1=\"{at:0.#}\" x2=\"{Width - Right}\" y2=\"{at:0.#}\"/><text text-anchor=\"end\" x=\"{Left - 8}\" y=\"{at + 4:0.#}\">{(Percent ? y.Write(tick * 100, 100) + " %" : y.Write(tick))}</text>\n"));
        }

        foreach (var tick in x.Ticks)
            svg.Append(Invariant($"<text text-anchor=\"middle\" x=\"{x.Map(tick):0.#}\" y=\"{Height - Bottom + 18}\">{x.Write(tick)}</text>\n"));
        svg.Append(Invariant($"<line class=\"axis\" x1=\"{Left}\" y1=\"{Height - Bottom}\" x2=\"{Width - Right}\" y2=\"{Height - Bottom}\"/>\n"));
        svg.Append(Invariant($"<text class=\"label\" text-anchor=\"middle\" x=\"{(Left + Width - Right) / 2:0.#}\" y=\"{Height - 10}\">{Escape(XLabel)}</text>\n"));
        if (YLabel.Length > 0)
            svg.Append(Invariant($"<text class=\"label\" text-anchor=\"middle\" transform=\"translate(16 {(Top + Height - Bottom) / 2:0.#}) rotate(-90)\">{Escape(YLabel)}</text>\n"));
    }

    private void WriteSeries(StringBuilder svg, int index, Axis x, Axis y, double[][] layers)
    {
        var series = Series[index];
        var colour = Colour(index);
        svg.Append(Invariant($"<g><title>{Escape(series.Name)}</title>\n"));
        if (Stacked)
        {
            var upper = series.Points.Select((point, i) => (point.X, layers[index + 1][i])).ToList();
            var lower = series.Points.Select((point, i) => (point.X, layers[index][i])).Reverse();
            if (upper.Count > 0)
                svg.Append(Invariant($"<path class=\"area fill{colour}\" d=\"{Path([.. upper, .. lower], x, y)}Z\"/>\n"));
        }
        else
        {
            var band = series.Points.Zip(series.Band, (point, ends) => (point.X, ends.Low, ends.High)).Where(end => double.IsFinite(end.Low) && double.IsFinite(end.High)).ToList();
            if (band.Count > 1)
                svg.Append(Invariant($"<path class=\"band fill{colour}\" d=\"{Path([.. band.Select(end => (end.X, end.High)), .. band.Select(end => (end.X, end.Low)).Reverse()], x, y)}Z\"/>\n"));
            svg.Append(Invariant($"<path class=\"line line{colour}\"{Dash(series)} d=\"{Path(series.Points, x, y)}\"/>\n"));
            // A point without a neighbour has no line to be seen by.
            bool IsThere(int i) => i >= 0 && i < series.Points.Count && double.IsFinite(series.Points[i].Y);
            foreach (var (px, py) in series.Points.Where((_, i) => IsThere(i) && (series.Dots || (!IsThere(i - 1) && !IsThere(i + 1)))))
                svg.Append(Invariant($"<circle class=\"fill{colour}\" cx=\"{x.Map(px):0.#}\" cy=\"{y.Map(py):0.#}\" r=\"3.5\"/>"));
        }

        svg.Append("</g>\n");
    }

    private static string Path(IReadOnlyList<(double X, double Y)> points, Axis x, Axis y)
    {
        var path = new StringBuilder();
        var pen = false;
        foreach (var (px, py) in points)
        {
            if (double.IsFinite(py))
                path.Append(Invariant($"{(pen ? 'L' : 'M')}{x.Map(px):0.#} {y.Map(py):0.#}"));
            pen = double.IsFinite(py);
        }

        return path.ToString();
    }

    /// <summary>Cumulative heights: layer i is the lower edge of series i, and layer i + 1 its upper.</summary>
    private double[][] Layers()
    {
        var count = Series.Count == 0 ? 0 : Series.Min(series => series.Points.Count);
        var layers = new double[Series.Count + 1][];
        layers[0] = new double[count];
        for (var i = 0; i < Series.Count; i++)
            layers[i + 1] = [.. Enumerable.Range(0, count).Select(t => layers[i][t] + (double.IsFinite(Series[i].Points[t].Y) ? Series[i].Points[t].Y : 0))];
        return layers;
    }

    private int Colour(int index) => (Series[index].Colour ?? index) % Colours.Length;

    private static string Dash(SvgSeries series) => series.Dashed ? " stroke-dasharray=\"5 5\"" : "";

    private static string Escape(string text) => SecurityElement.Escape(text) ?? "";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A linear axis with ticks at round numbers.</summary>
internal sealed record Axis(double Low, double High, double From, double To, double Step)
{
    public IEnumerable<double> Ticks
    {
        get
        {
            for (var i = Math.Ceiling((Low / Step) - 1e-9); i * Step <= High + (Step * 1e-9); i++)
                yield return (i * Step) + 0.0; // −0 becomes 0
        }
    }

    /// <param name="low">The least value.</param>
    /// <param name="high">The greatest value.</param>
    /// <param name="from">Where the least value is drawn.</param>
    /// <param name="to">Where the greatest value is drawn.</param>
    /// <param name="exact">Whether the axis ends exactly at these values, rather than at ticks around them.</param>
    /// <param name="whole">Whether ticks are whole numbers.</param>
    /// <param name="count">About how many ticks.</param>
    public static Axis Between(double low, double high, double from, double to, bool exact, bool whole, int count)
    {
        if (high - low <= Math.Abs(high) * 1e-9)
            (low, high) = exact ? (low, low + 1) : (low - Math.Max(Math.Abs(low) * 0.1, 0.5), low + Math.Max(Math.Abs(low) * 0.1, 0.5));
        var raw = (high - low) / count;
        var power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        var step = (whole ? [1, 2, 5, 10] : new[] { 1, 2, 2.5, 5, 10 }).First(factor => factor * power >= raw * 0.999) * power;
        if (whole)
            step = Math.Max(1, Math.Ceiling(step));
        return exact ? new(low, high, from, to, step) : new(Math.Floor((low / step) + 1e-9) * step, Math.Ceiling((high / step) - 1e-9) * step, from, to, step);
    }

    public double Map(double value) => From + ((Math.Clamp(value, Low, High) - Low) / (High - Low) * (To - From));

    /// <summary>A tick with as many decimals as the step needs.</summary>
    public string Write(double tick, double scale = 1)
    {
        var step = Step * scale;
        if (Math.Abs(tick) >= 1e6)
            return (tick / 1e6).ToString("0.##", CultureInfo.InvariantCulture) + "M";
        if (Math.Abs(tick) >= 1e4)
            return (tick / 1e3).ToString("0.##", CultureInfo.InvariantCulture) + "k";
        if (step < 1e-4)
            return tick == 0 ? "0" : tick.ToString("0.#e0", CultureInfo.InvariantCulture);
        var decimals = Math.Clamp((int)Math.Ceiling(-Math.Log10(step) - 1e-9) + (step * Math.Pow(10, Math.Ceiling(-Math.Log10(step) - 1e-9)) % 1 > 1e-6 ? 1 : 0), 0, 6);
        return tick.ToString("F" + decimals, CultureInfo.InvariantCulture);
    }
}
