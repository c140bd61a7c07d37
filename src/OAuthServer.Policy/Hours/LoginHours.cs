namespace OAuthServer.Policy.Hours;

/// <summary>One window of a day, in minutes after local midnight, start included, end excluded. An end at or before the start runs past midnight.</summary>
/// <param name="Day">The weekday on which it starts.</param>
/// <param name="StartMinute">0 to 1439.</param>
/// <param name="EndMinute">0 to 1440.</param>
public sealed record HoursWindow(DayOfWeek Day, int StartMinute, int EndMinute)
{
    /// <summary>True when the window is open at this minute of the clock on the wall. Equal start and end make a full day.</summary>
    public bool Contains(DayOfWeek day, int minute) => EndMinute > StartMinute
        ? day == Day && StartMinute <= minute && minute < EndMinute
        : (day == Day && StartMinute <= minute) || (day == DayAfter(Day) && minute < EndMinute);

    static DayOfWeek DayAfter(DayOfWeek day) => day == DayOfWeek.Saturday ? DayOfWeek.Sunday : day + 1;
}

/// <summary>When people of a profile may log in, in wall-clock time of one zone (DST-correct).</summary>
/// <remarks>
/// What counts is the clock on the wall. In the hour that comes twice in autumn a window is open both times; of the hour
/// that is skipped in spring nothing is open, so a window that lies in it alone does not open on that day, and one that
/// begins in it opens as the clock jumps.
/// </remarks>
/// <param name="Zone">The zone.</param>
/// <param name="Windows">The windows; null = always, empty = never.</param>
public sealed record LoginHours(TimeZoneInfo Zone, IReadOnlyList<HoursWindow>? Windows)
{
    /// <summary>No restriction.</summary>
    public static LoginHours Always { get; } = new(TimeZoneInfo.Utc, null);

    /// <summary>True when the instant lies in a window.</summary>
    public bool Contains(DateTimeOffset at)
    {
        if (Windows is null)
        {
            return true;
        }

        var local = TimeZoneInfo.ConvertTime(at, Zone);
        var minute = (local.Hour * 60) + local.Minute;
        for (var i = 0; i < Windows.Count; i++)
        {
            if (Windows[i].Contains(local.DayOfWeek, minute))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The instant itself when it lies in a window, else when the next one opens; null when none ever does.</summary>
    /// <remarks>Advice for people: an opening that only the clock's turning back in autumn makes is passed over.</remarks>
    public DateTimeOffset? NextOpening(DateTimeOffset at)
    {
        if (Contains(at))
        {
            return at;
        }

        // Today and two weeks more: a weekly window that falls into a skipped hour comes again a week later.
        var today = TimeZoneInfo.ConvertTime(at, Zone).Date;
        for (var day = 0; day <= 14; day++)
        {
            if (FirstOpeningOn(today.AddDays(day), at) is { } opening)
            {
                return opening;
            }
        }

        return null;
    }

    DateTimeOffset? FirstOpeningOn(DateTime date, DateTimeOffset after)
    {
        DateTimeOffset? first = null;
        foreach (var window in Windows!)
        {
            var opening = InstantOf(date.AddMinutes(window.StartMinute));
            var isOpening = window.Day == date.DayOfWeek && opening > after && Contains(opening);
            if (isOpening && !(opening >= first))
            {
                first = opening;
            }
        }

        return first;
    }

    // The first instant at which the clock on the wall shows this time, or has jumped over it.
    DateTimeOffset InstantOf(DateTime local)
    {
        while (Zone.IsInvalidTime(local))
        {
            local = local.AddMinutes(1);
        }

        var offset = Zone.IsAmbiguousTime(local) ? Zone.GetAmbiguousTimeOffsets(local).Max() : Zone.GetUtcOffset(local);
        return new(local, offset);
    }
}
