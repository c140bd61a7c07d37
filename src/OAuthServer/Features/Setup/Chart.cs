namespace OAuthServer.Features.Setup;

/// <summary>What a colour of a chart says. The colours themselves are in the style sheet, for light and dark.</summary>
public enum ChartTone
{
    /// <summary>Neither good nor bad.</summary>
    Plain,

    /// <summary>What the page is about.</summary>
    Accent,

    /// <summary>As it should be.</summary>
    Success,

    /// <summary>On the way, or to be looked at.</summary>
    Warning,

    /// <summary>As it should not be.</summary>
    Danger,

    /// <summary>Over and done with.</summary>
    Muted,
}

/// <summary>One row of numbers in a chart.</summary>
/// <param name="Name">What they count.</param>
/// <param name="Tone">Its colour.</param>
/// <param name="Values">One for each label; zero or more.</param>
public sealed record ChartSeries(string Name, ChartTone Tone, IReadOnlyList<long> Values);

/// <summary>A rectangle of the drawing, in its own units.</summary>
public sealed record ChartBar(double X, double Y, double Width, double Height, ChartTone Tone);

/// <summary>A horizontal line with the number it stands for.</summary>
public sealed record ChartRule(double Y, long Value);

/// <summary>A label under the drawing.</summary>
/// <param name="X">The middle of it.</param>
/// <param name="Text">What it says.</param>
/// <param name="IsBetween">Every second one, which a narrow screen has no room for.</param>
public sealed record ChartMark(double X, string Text, bool IsBetween);

/// <summary>
/// Numbers over time as a drawing that the server makes: stacked bars, or lines. Behind it is always the table of the same numbers.
/// Pure geometry in units of its own; whoever draws it needs neither script nor style.
/// </summary>
/// <param name="Title">What it shows: the name that screen readers say.</param>
/// <param name="Summary">What is to be seen in it, in a sentence.</param>
/// <param name="LabelTitle">What the labels are, such as <c>Day</c>: the head of the table's first column.</param>
/// <param name="Labels">The columns, from left to right.</param>
/// <param name="Series">Stacked from below in this order.</param>
/// <param name="AsLines">Lines beside each other instead of stacked bars.</param>
public sealed record Chart(
    string Title, string Summary, string LabelTitle, IReadOnlyList<string> Labels, IReadOnlyList<ChartSeries> Series, bool AsLines = false)
{
    public const int Width = 720;
    public const int Height = 240;
    const int Left = 44;
    const int Right = 8;
    const int Top = 10;
    const int Bottom = 26;
    const int MostMarks = 8;
    const int Rules = 4;

    /// <summary>The left end of the drawn area, where the numbers of the rules end.</summary>
    public static int AreaLeft => Left;

    /// <summary>Its right end.</summary>
    public static int AreaRight => Width - Right;

    /// <summary>Nothing to draw.</summary>
    public bool IsEmpty => Labels.Count == 0 || Series.Count == 0;

    /// <summary>The number at the upper edge: round, and no smaller than anything drawn.</summary>
    public long Ceiling => Round(Math.Max(1, AsLines ? Series.SelectMany(s => s.Values).DefaultIfEmpty().Max() : Labels.Index().Max(label => Stack(label.Index))));

    /// <summary>The lines behind the drawing, from below.</summary>
    public IReadOnlyList<ChartRule> Gridlines
    {
        get
        {
            var step = Math.Max(1, Ceiling / Rules);
            return [.. Enumerable.Range(0, Rules + 1).Select(i => i * step).Where(value => value <= Ceiling).Select(value => new ChartRule(YOf(value), value))];
        }
    }

    /// <summary>As many labels as have room.</summary>
    public IReadOnlyList<ChartMark> Marks
    {
        get
        {
            var every = (Labels.Count + MostMarks - 1) / MostMarks;
            return [.. Labels.Index().Where(label => label.Index % every == 0).Select(label => new ChartMark(XOf(label.Index), label.Item, label.Index / every % 2 == 1))];
        }
    }

    /// <summary>The bars; empty in a chart of lines.</summary>
    public IEnumerable<ChartBar> Bars
    {
        get
        {
            if (AsLines)
                yield break;
            var width = Math.Round(Slot * .72, 2);
            foreach (var (column, _) in Labels.Index())
            {
                var below = 0L;
                foreach (var series in Series.Where(series => series.Values[column] > 0))
                {
                    var value = series.Values[column];
                    var y = YOf(below + value);
                    yield return new(Math.Round(XOf(column) - width / 2, 2), y, width, Math.Round(YOf(below) - y, 2), series.Tone);
                    below += value;
                }
            }
        }
    }

    /// <summary>The points of a series' line, as SVG wants them.</summary>
    public string PointsOf(ChartSeries series) =>
        string.Join(' ', series.Values.Index().Select(value => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{XOf(value.Index)},{YOf(value.Item)}")));

    double Slot => (double)(Width - Left - Right) / Labels.Count;

    double XOf(int column) => Math.Round(Left + Slot * (column + .5), 2);

    double YOf(long value) => Math.Round(Top + (Height - Top - Bottom) * (1 - (double)value / Ceiling), 2);

    long Stack(int column) => Series.Sum(series => series.Values[column]);

    /// <summary>The next of 4, 8, 12, 20, 40, 80, 120 …: it can be quartered.</summary>
    static long Round(long value)
    {
        for (var unit = 4L; ; unit *= 10)
        {
            foreach (var times in (ReadOnlySpan<long>)[1, 2, 3, 5])
            {
                if (unit * times >= value)
                    return unit * times;
            }
        }
    }
}
