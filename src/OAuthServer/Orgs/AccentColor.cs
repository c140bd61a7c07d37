using System.Globalization;

namespace OAuthServer.Orgs;

/// <summary>
/// An organization's colour, and what can be read on it and in it. Buttons have the colour itself, with black or white letters, whichever
/// reads better; links and borders have it darkened or lightened until they stand out from the page (WCAG 2.2, 1.4.3 and 1.4.11). So any
/// colour may be chosen.
/// </summary>
public sealed record AccentColor(byte Red, byte Green, byte Blue)
{
    /// <summary>WCAG's least contrast of text, level AA.</summary>
    public const double Readable = 4.5;

    static readonly AccentColor White = new(255, 255, 255);
    static readonly AccentColor Black = new(0, 0, 0);

    /// <summary>The darkest ground of the light scheme and the lightest of the dark one that links stand on; both as in site.css.</summary>
    static readonly AccentColor LightGround = new(0xf0, 0xf2, 0xf5);
    static readonly AccentColor DarkGround = new(0x26, 0x2b, 0x33);

    /// <summary>Reads <c>#rrggbb</c>; null for anything else.</summary>
    public static AccentColor? TryParse(string? text) =>
        text is ['#', .. { Length: 6 } digits] && int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var rgb)
            ? new((byte)(rgb >> 16), (byte)(rgb >> 8), (byte)rgb)
            : null;

    /// <summary>White or black: what reads better on this colour. One of them always reads; a softer black would not on some greys.</summary>
    public AccentColor Letters => Contrast(White) >= Contrast(Black) ? White : Black;

    /// <summary>Between 1 and 21 (WCAG 2.2, "contrast ratio").</summary>
    public double Contrast(AccentColor other)
    {
        var (one, two) = (Luminance, other.Luminance);
        return (Math.Max(one, two) + 0.05) / (Math.Min(one, two) + 0.05);
    }

    /// <summary>The style sheet that sets it, for both schemes.</summary>
    public string ToCss() => $":root{{--accent:{this};--on-accent:{Letters};--accent-text:{Toward(Black, LightGround)}}}\n"
        + $"@media(prefers-color-scheme:dark){{:root{{--accent-text:{Toward(White, DarkGround)}}}}}\n";

    /// <inheritdoc />
    public override string ToString() => $"#{Red:x2}{Green:x2}{Blue:x2}";

    /// <summary>This colour, or the nearest one on the way to another that reads on that ground.</summary>
    AccentColor Toward(AccentColor end, AccentColor ground)
    {
        var color = this;
        for (var step = 1; step <= 20 && color.Contrast(ground) < Readable; step++)
            color = new(Mix(Red, end.Red, step), Mix(Green, end.Green, step), Mix(Blue, end.Blue, step));
        return color;
    }

    static byte Mix(byte from, byte to, int step) => (byte)(from + ((to - from) * step / 20));

    double Luminance => (0.2126 * Linear(Red)) + (0.7152 * Linear(Green)) + (0.0722 * Linear(Blue));

    static double Linear(byte channel) => channel / 255.0 is var c && c <= 0.04045 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4);
}
