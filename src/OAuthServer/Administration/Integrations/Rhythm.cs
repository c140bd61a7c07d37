namespace OAuthServer.Administration.Integrations;

/// <summary>When an integration runs.</summary>
/// <param name="Interval">Half of the times between its runs are shorter, half longer; null while fewer than three runs are known.</param>
/// <param name="Hours">The hours of the day, UTC, in which at least a tenth of its runs begin.</param>
/// <param name="NextExpectedAt">When it should run next; null when nothing can be said, or when it has been missing for so long that it may be over.</param>
public sealed record Rhythm(TimeSpan? Interval, IReadOnlyList<int> Hours, DateTimeOffset? NextExpectedAt)
{
    const int FewestRuns = 3;
    const int Missed = 3;
    static readonly TimeSpan LeastSilence = TimeSpan.FromHours(24);

    /// <summary>Logins closer together are one run: a program that logs in anew for each file it sends.</summary>
    internal static TimeSpan OneRun { get; } = TimeSpan.FromMinutes(1);

    /// <summary>How long the old way must be unused before it counts as silent: three times its interval, and a day at least.</summary>
    public TimeSpan Silence => Interval is { } interval && interval * Missed > LeastSilence ? interval * Missed : LeastSilence;

    /// <summary>The rhythm of a summary.</summary>
    public static Rhythm Of(IntegrationSummary summary, DateTimeOffset now)
    {
        var runs = summary.Runs;
        var began = summary.Hours.Sum();
        int[] hours = began == 0 ? [] : [.. summary.Hours.Index().Where(hour => hour.Item * 10 >= began).Select(hour => hour.Index)];
        if (runs.Count < FewestRuns)
            return new(null, hours, null);
        var between = runs.Skip(1).Zip(runs, (later, earlier) => later - earlier).Order().ToList();
        var interval = TimeSpan.FromMilliseconds(between.Count % 2 == 1 ? between[between.Count / 2] : (between[between.Count / 2 - 1] + between[between.Count / 2]) / 2.0);
        var last = DateTimeOffset.FromUnixTimeMilliseconds(runs[^1]);
        var next = last + interval;
        return new(interval, hours, next > now ? next : now - last > interval * Missed ? null : now);
    }
}
