using OAuthServer.Policy.Hours;
using static System.DayOfWeek;

namespace OAuthServer.Policy.Tests.Hours;

public class LoginHoursTests
{
    static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
    static readonly TimeZoneInfo NewYork = TimeZoneInfo.FindSystemTimeZoneById("America/New_York");

    [Fact]
    public void Without_windows_every_instant_is_inside() => Assert.True(LoginHours.Always.Contains(Logins.Noon));

    [Fact]
    public void With_no_window_no_instant_is_inside() => Assert.False(new LoginHours(Berlin, []).Contains(Logins.Noon));

    [Theory]
    [InlineData("2026-03-04T08:59:59Z", false)]
    [InlineData("2026-03-04T09:00:00Z", true)]
    [InlineData("2026-03-04T11:59:59Z", true)]
    [InlineData("2026-03-04T12:00:00Z", false)]
    [InlineData("2026-03-04T13:00:00Z", true)]
    [InlineData("2026-03-04T14:00:00Z", false)]
    [InlineData("2026-03-05T09:00:00Z", false)]
    public void Day_may_have_several_windows_whose_start_is_inside_and_end_is_not(string at, bool inside) => Assert.Equal(
        inside,
        Of(TimeZoneInfo.Utc, (Wednesday, "09:00", "12:00"), (Wednesday, "13:00", "14:00")).Contains(Instant(at)));

    [Theory]
    [InlineData("2026-03-07T21:59:59Z", false)]
    [InlineData("2026-03-07T22:00:00Z", true)]
    [InlineData("2026-03-07T23:59:59Z", true)]
    [InlineData("2026-03-08T00:00:00Z", true)]
    [InlineData("2026-03-08T05:59:59Z", true)]
    [InlineData("2026-03-08T06:00:00Z", false)]
    [InlineData("2026-03-08T22:00:00Z", false)]
    [InlineData("2026-03-07T05:00:00Z", false)]
    public void Window_past_midnight_runs_from_saturday_into_sunday(string at, bool inside) =>
        Assert.Equal(inside, Of(TimeZoneInfo.Utc, (Saturday, "22:00", "06:00")).Contains(Instant(at)));

    [Theory]
    [InlineData("00:00", "24:00")]
    [InlineData("00:00", "00:00")]
    public void Whole_day_can_be_written_in_two_ways(string start, string end)
    {
        var hours = Of(TimeZoneInfo.Utc, (Wednesday, start, end));
        Assert.False(hours.Contains(Instant("2026-03-03T23:59:59Z")));
        Assert.True(hours.Contains(Instant("2026-03-04T00:00:00Z")));
        Assert.True(hours.Contains(Instant("2026-03-04T23:59:59Z")));
        Assert.False(hours.Contains(Instant("2026-03-05T00:00:00Z")));
    }

    [Fact]
    public void Equal_start_and_end_are_a_full_day_from_the_start()
    {
        var hours = Of(TimeZoneInfo.Utc, (Wednesday, "09:00", "09:00"));
        Assert.False(hours.Contains(Instant("2026-03-04T08:59:00Z")));
        Assert.True(hours.Contains(Instant("2026-03-05T08:59:00Z")));
        Assert.False(hours.Contains(Instant("2026-03-05T09:00:00Z")));
    }

    [Theory] // Office hours stay office hours, one hour earlier in UTC after the change in spring.
    [InlineData("2026-03-27T07:30:00Z", false)]
    [InlineData("2026-03-27T08:30:00Z", true)]
    [InlineData("2026-03-30T07:30:00Z", true)]
    [InlineData("2026-03-30T15:00:00Z", false)]
    [InlineData("2026-03-27T15:30:00Z", true)]
    public void Hours_follow_the_clock_on_the_wall_through_the_year(string at, bool inside) =>
        Assert.Equal(inside, Of(Berlin, (Friday, "09:00", "17:00"), (Monday, "09:00", "17:00")).Contains(Instant(at)));

    [Fact]
    public void Hour_that_is_skipped_in_spring_opens_nothing()
    {
        // Berlin, 29 March 2026: 01:59:59 is followed by 03:00.
        var berlin = Of(Berlin, (Sunday, "02:00", "03:00"));
        Assert.False(berlin.Contains(Instant("2026-03-29T00:59:59Z")));
        Assert.False(berlin.Contains(Instant("2026-03-29T01:00:00Z")));

        // New York, 8 March 2026: a window that begins in the skipped hour opens as the clock jumps.
        var newYork = Of(NewYork, (Sunday, "02:30", "04:00"));
        Assert.False(newYork.Contains(Instant("2026-03-08T06:59:59Z")));
        Assert.True(newYork.Contains(Instant("2026-03-08T07:00:00Z")));
        Assert.False(newYork.Contains(Instant("2026-03-08T08:00:00Z")));
    }

    [Fact]
    public void Hour_that_comes_twice_in_autumn_is_open_both_times()
    {
        // Berlin, 25 October 2026: 02:00 to 03:00 in summer time, then again in winter time.
        var berlin = Of(Berlin, (Sunday, "02:00", "03:00"));
        Assert.False(berlin.Contains(Instant("2026-10-24T23:59:59Z")));
        Assert.True(berlin.Contains(Instant("2026-10-25T00:30:00Z")));
        Assert.True(berlin.Contains(Instant("2026-10-25T01:30:00Z")));
        Assert.False(berlin.Contains(Instant("2026-10-25T02:00:00Z")));

        // New York, 1 November 2026: a window that ends in it closes, opens again and closes.
        var newYork = Of(NewYork, (Sunday, "00:00", "01:30"));
        Assert.True(newYork.Contains(Instant("2026-11-01T05:29:59Z")));
        Assert.False(newYork.Contains(Instant("2026-11-01T05:30:00Z")));
        Assert.True(newYork.Contains(Instant("2026-11-01T06:00:00Z")));
        Assert.False(newYork.Contains(Instant("2026-11-01T06:30:00Z")));
    }

    [Theory]
    [InlineData("2026-03-04T10:00:00Z", "2026-03-04T10:00:00Z")]
    [InlineData("2026-03-04T08:00:00Z", "2026-03-04T09:00:00Z")]
    [InlineData("2026-03-04T12:30:00Z", "2026-03-04T13:00:00Z")]
    [InlineData("2026-03-04T14:00:00Z", "2026-03-11T09:00:00Z")]
    public void Next_opening_is_now_or_the_next_start(string at, string opening) => Assert.Equal(
        Instant(opening),
        Of(TimeZoneInfo.Utc, (Wednesday, "13:00", "14:00"), (Wednesday, "09:00", "12:00"), (Wednesday, "13:30", "14:00"))
            .NextOpening(Instant(at)));

    [Fact]
    public void Hours_that_never_open_have_no_next_opening() => Assert.Null(new LoginHours(Berlin, []).NextOpening(Logins.Noon));

    [Fact]
    public void Next_opening_in_the_skipped_hour_is_when_the_clock_jumps() => Assert.Equal(
        Instant("2026-03-29T01:00:00Z"),
        Of(Berlin, (Sunday, "02:30", "04:00")).NextOpening(Instant("2026-03-28T12:00:00Z")));

    [Fact]
    public void Window_within_the_skipped_hour_opens_a_week_later() => Assert.Equal(
        Instant("2026-04-05T00:00:00Z"),
        Of(Berlin, (Sunday, "02:00", "03:00")).NextOpening(Instant("2026-03-29T00:00:00Z")));

    [Fact]
    public void Next_opening_in_the_hour_that_comes_twice_is_the_first() => Assert.Equal(
        Instant("2026-10-25T00:30:00Z"),
        Of(Berlin, (Sunday, "02:30", "02:45")).NextOpening(Instant("2026-10-24T12:00:00Z")));

    static LoginHours Of(TimeZoneInfo zone, params (DayOfWeek Day, string Start, string End)[] windows) =>
        new(zone, [.. windows.Select(w => new HoursWindow(w.Day, Minute(w.Start), Minute(w.End)))]);

    static int Minute(string clock) => (int.Parse(clock[..2], null) * 60) + int.Parse(clock[3..], null);

    static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
