using OAuthServer.Administration;

namespace OAuthServer.Features.Setup;

/// <summary>Names on a page, each a link, and where all of them are listed.</summary>
/// <param name="Names">The names.</param>
/// <param name="To">Where a name leads, up to the name itself.</param>
/// <param name="All">Where all are; null = nowhere, and the rest is only counted.</param>
public sealed record ShownFew(NamedFew Names, string To, string? All = null)
{
    /// <summary>Users of the organization.</summary>
    public static ShownFew Users(NamedFew names, string? all = null) => new(names, "~/setup/people/user?name=", all);

    /// <summary>Apps of the organization.</summary>
    public static ShownFew Apps(NamedFew names, string? all = null) => new(names, "~/setup/apps/app?id=", all);
}
