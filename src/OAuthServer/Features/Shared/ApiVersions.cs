using System.Globalization;

namespace OAuthServer.Features.Shared;

/// <summary>The versions of the API by which clients of the salesforce dialect call. Each season has one, three a year (contract, section 6).</summary>
public static class ApiVersions
{
    /// <summary>The oldest that any client examined asks for by itself.</summary>
    public const int First = 20;

    /// <summary>
    /// Winter '27, the vendor's newest in November 2026. Clients call the versions of their own season, whatever else is there: one that is missing
    /// here shuts a client out. (SOAP <c>login()</c> ends before: 64.0.)
    /// </summary>
    public const int Last = 68;

    /// <summary>Such as <c>68.0</c>.</summary>
    public static string Latest => Text(Last);

    /// <summary>Oldest first.</summary>
    public static IEnumerable<int> All => Enumerable.Range(First, Last - First + 1);

    /// <summary>As it stands in paths and answers.</summary>
    public static string Text(int version) => version.ToString(CultureInfo.InvariantCulture) + ".0";

    /// <summary>The number of a version that there is; null for anything else.</summary>
    public static int? Parse(string? text) =>
        text is [var tens and >= '1' and <= '9', var ones and >= '0' and <= '9', '.', '0'] && (tens - '0') * 10 + (ones - '0') is >= First and <= Last and var version ? version : null;

    /// <summary>Such as <c>Winter '26</c>.</summary>
    public static string Season(int version)
    {
        var since = version - 65; // Winter '26
        var year = 26 + (int)Math.Floor(since / 3.0);
        return $"{(since - 3 * (year - 26)) switch { 0 => "Winter", 1 => "Spring", _ => "Summer" }} '{year.ToString("00", CultureInfo.InvariantCulture)}";
    }
}
