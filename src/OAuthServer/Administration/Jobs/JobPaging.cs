namespace OAuthServer.Administration.Jobs;

/// <summary>How long a part of a list may be.</summary>
static class JobPaging
{
    internal static int Size(int? limit) => limit ?? 50;

    internal static AdminRefusal? Flaw(int? limit) => limit is < 1 or > 500 ? new AdminRefusal.Invalid("limit", $"{limit} is out of range; use 1 to 500.") : null;
}
