namespace OAuthServer.Policy.Hours;

/// <summary>One window of a day, in minutes after local midnight, start included, end excluded. An end at or before the start runs past midnight.</summary>
/// <param name="Day">The weekday on which it starts.</param>
/// <param name="StartMinute">0 to 1439.</param>
/// <param name="EndMinute">0 to 1440.</param>
public sealed record HoursWindow(DayOfWeek Day, int StartMinute, int EndMinute);

/// <summary>When people of a profile may log in, in wall-clock time of one zone (DST-correct).</summary>
/// <param name="Zone">The zone.</param>
/// <param name="Windows">The windows; null = always, empty = never.</param>
public sealed record LoginHours(TimeZoneInfo Zone, IReadOnlyList<HoursWindow>? Windows)
{
    /// <summary>No restriction.</summary>
    public static LoginHours Always { get; } = new(TimeZoneInfo.Utc, null);

    /// <summary>True when the instant lies in a window.</summary>
    public bool Contains(DateTimeOffset at) => throw new NotSupportedException();
}
