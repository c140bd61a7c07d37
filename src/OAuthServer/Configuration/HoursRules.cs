using OAuthServer.Orgs;

namespace OAuthServer.Configuration;

/// <summary>What login hours may say.</summary>
static class HoursRules
{
    internal static void Check(LoginHoursSettings hours, FileReport report)
    {
        if (hours.TimeZone is { } zone)
            CheckZone(zone, "loginHours.timeZone", report);
        (string Day, IReadOnlyList<string> Windows)[] days =
        [
            ("monday", hours.Monday), ("tuesday", hours.Tuesday), ("wednesday", hours.Wednesday), ("thursday", hours.Thursday),
            ("friday", hours.Friday), ("saturday", hours.Saturday), ("sunday", hours.Sunday),
        ];
        foreach (var (day, windows) in days)
        {
            foreach (var (index, window) in windows.Index())
            {
                if (!IsWindow(window))
                    report.Add($"loginHours.{day}[{index}]", $"\"{window}\" is not a window; write one such as \"08:00-18:00\".");
            }
        }
    }

    internal static void CheckZone(string zone, string path, FileReport report)
    {
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
            report.Add(path, $"\"{zone}\" is not a time zone; use an IANA name such as \"Europe/Berlin\".");
    }

    // Asked of the mapping itself, so that what is accepted here can be read there.
    static bool IsWindow(string window)
    {
        try
        {
            FactsMapping.LoginHoursOf(new() { TimeZone = "UTC", Monday = [window] });
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
