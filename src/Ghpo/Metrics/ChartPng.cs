using System.Globalization;
using System.Xml.Linq;
using SkiaSharp;

namespace Ghpo.Metrics;

/// <summary>
/// A chart as a PNG, for papers and slides. It paints the few elements that <see cref="SvgChart"/> writes, in their light colours. A bare system has no fonts to write with: there the SVG stands alone.
/// </summary>
internal static class ChartPng
{
    private const float Scale = 2;
    private static readonly Lazy<SKTypeface?> Face = new(FindFace);

    /// <summary>Writes the picture beside the SVG; false where this system has no fonts.</summary>
    /// <param name="path">The PNG file.</param>
    /// <param name="svg">What <see cref="SvgChart.Render"/> gave.</param>
    public static bool TryWrite(string path, string svg)
    {
        if (Face.Value is not { } face)
            return false;
        var root = XElement.Parse(svg);
        using var bitmap = new SKBitmap((int)(Number(root, "width") * Scale), (int)(Number(root, "height") * Scale));
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Clear(SKColors.White);
            canvas.Scale(Scale);
            foreach (var element in root.Descendants())
                Paint(canvas, element, face);
        }

        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        AtomicFile.WriteAllBytes(path, data.ToArray());
        return true;
    }

    /// <summary>A face that can write; null where there is none, or no native library for this system.</summary>
    private static SKTypeface? FindFace()
    {
        try
        {
            var face = SKTypeface.FromFamilyName("DejaVu Sans") ?? SKTypeface.Default;
            return face.ContainsGlyphs("A") ? face : null;
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException or BadImageFormatException)
        {
            return null;
        }
    }

    private static void Paint(SKCanvas canvas, XElement element, SKTypeface face)
    {
        var classes = ((string?)element.Attribute("class") ?? "").Split(' ');
        using var paint = new SKPaint { IsAntialias = true, Color = SKColor.Parse(SvgChart.ColourOf(classes)), Typeface = face };
        if (classes.Contains("band"))
            paint.Color = paint.Color.WithAlpha(41);
        switch (element.Name.LocalName)
        {
            case "rect":
                canvas.DrawRoundRect(Number(element, "x"), Number(element, "y"), Number(element, "width"), Number(element, "height"), Number(element, "rx"), Number(element, "rx"), paint);
                break;
            case "circle":
                canvas.DrawCircle(Number(element, "cx"), Number(element, "cy"), Number(element, "r"), paint);
                break;
            case "line":
                Stroke(paint, element, classes);
                canvas.DrawLine(Number(element, "x1"), Number(element, "y1"), Number(element, "x2"), Number(element, "y2"), paint);
                break;
            case "path":
                if (classes.Contains("line"))
                    Stroke(paint, element, classes);
                using (var path = SKPath.ParseSvgPathData((string)element.Attribute("d")!))
                    canvas.DrawPath(path, paint);
                break;
            case "text":
                Write(canvas, element, paint, classes.Contains("heading"));
                break;
        }
    }

    private static void Stroke(SKPaint paint, XElement element, string[] classes)
    {
        paint.Style = SKPaintStyle.Stroke;
        paint.StrokeWidth = classes.Contains("line") ? 2 : 1;
        paint.StrokeJoin = SKStrokeJoin.Round;
        if (element.Attribute("stroke-dasharray") is not null)
            paint.PathEffect = SKPathEffect.CreateDash([5, 5], 0);
    }

    private static void Write(SKCanvas canvas, XElement element, SKPaint paint, bool isHeading)
    {
        paint.TextSize = isHeading ? 15 : 12;
        paint.FakeBoldText = isHeading;
        paint.TextAlign = (string?)element.Attribute("text-anchor") switch { "middle" => SKTextAlign.Center, "end" => SKTextAlign.Right, _ => SKTextAlign.Left };
        canvas.Save();
        if ((string?)element.Attribute("transform") is { } transform)
        {
            // "translate(x y) rotate(a)", the only form that is written.
            var numbers = transform.Split(['(', ')', ' '], StringSplitOptions.RemoveEmptyEntries).Where(part => float.TryParse(part, CultureInfo.InvariantCulture, out _)).Select(part => float.Parse(part, CultureInfo.InvariantCulture)).ToArray();
            canvas.Translate(numbers[0], numbers[1]);
            canvas.RotateDegrees(numbers[2]);
        }

        canvas.DrawText(element.Value, Number(element, "x"), Number(element, "y"), paint);
        canvas.Restore();
    }

    private static float Number(XElement element, string attribute) => element.Attribute(attribute) is { } value ? float.Parse(value.Value, CultureInfo.InvariantCulture) : 0;
}
