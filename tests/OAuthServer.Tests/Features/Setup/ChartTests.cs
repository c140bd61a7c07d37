using OAuthServer.Features.Setup;

namespace OAuthServer.Tests.Features.Setup;

public sealed class ChartTests
{
    static Chart Of(bool lines, params long[][] rows) => new(
        "T", "S", "Day", [.. rows[0].Select((_, i) => "d" + i)], [.. rows.Select((row, i) => new ChartSeries("s" + i, ChartTone.Accent, row))], lines);

    [Theory]
    [InlineData(0, 4)]
    [InlineData(4, 4)]
    [InlineData(5, 8)]
    [InlineData(13, 20)]
    [InlineData(40, 40)]
    [InlineData(1_234_567, 2_000_000)]
    public void The_upper_edge_is_round_and_no_smaller_than_what_is_drawn(long value, long edge) => Assert.Equal(edge, Of(false, [value]).Ceiling);

    [Fact]
    public void Bars_are_stacked_without_gaps_and_stay_inside()
    {
        var bars = Of(false, [1, 2, 0], [3, 0, 0]).Bars.ToList();
        Assert.Equal(3, bars.Count); // what is zero is not drawn
        Assert.Equal(bars[0].Y, bars[1].Y + bars[1].Height, .02);
        Assert.All(bars, bar => Assert.True(bar.X >= Chart.AreaLeft && bar.X + bar.Width <= Chart.AreaRight && bar.Y >= 0 && bar.Y + bar.Height <= Chart.Height));
    }

    [Fact]
    public void Lines_share_the_edge_of_the_highest_and_labels_have_room()
    {
        var chart = Of(true, [.. Enumerable.Range(0, 90).Select(i => (long)i)], [.. Enumerable.Repeat(7L, 90)]);
        Assert.Equal(120, chart.Ceiling);
        Assert.Equal(90, chart.PointsOf(chart.Series[0]).Split(' ').Length);
        Assert.InRange(chart.Marks.Count, 2, 8);
        Assert.Empty(chart.Bars);
    }

    [Fact]
    public void Nothing_is_drawn_of_nothing() => Assert.True(new Chart("T", "S", "Day", [], []).IsEmpty);
}
