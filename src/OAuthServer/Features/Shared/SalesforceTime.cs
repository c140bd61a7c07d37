using System.Globalization;

namespace OAuthServer.Features.Shared;

/// <summary>How the salesforce dialect writes a time in JSON: to the millisecond, with an offset without a colon.</summary>
public static class SalesforceTime
{
    public static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'+0000'", CultureInfo.InvariantCulture);
}
