namespace OAuthServer.Configuration;

/// <summary>Names that may be declared once only: in their organization, or on the whole server.</summary>
static class Uniqueness
{
    internal static void Check(List<DeclaredOrg> orgs)
    {
        Once(orgs, org => org.File.Name, org => org.Source, "name", "organization");
        Once(orgs, org => org.File.Alias, org => org.Source, "alias", "alias");
        foreach (var org in orgs)
            Once(org.Providers, provider => provider.File.Name, provider => provider.Source, "name", "provider");
        Once(
            orgs.SelectMany(org => org.Providers).SelectMany(provider => provider.Settings.Domains.Select(domain => (provider, domain))),
            pair => pair.domain, pair => pair.provider.Source, "domains", "domain");
        foreach (var org in orgs)
            Once(org.Profiles, profile => profile.Name, profile => profile.Source, "name", "profile");
        foreach (var org in orgs)
            Once(org.Tests, test => test.Name, test => test.Source, "name", "test");
        Once(orgs.SelectMany(org => org.Users), user => user.NormalizedUsername, user => user.Source, "username", "user");
        Once(orgs.SelectMany(org => org.Apps), app => app.File.ClientId, app => app.Source, "clientId", "app");
    }

    static void Once<T>(IEnumerable<T> all, Func<T, string?> name, Func<T, FileReport> source, string path, string kind)
    {
        var first = new Dictionary<string, FileReport>(StringComparer.Ordinal);
        foreach (var item in all)
        {
            if (name(item) is { } text && !first.TryAdd(text, source(item)))
                source(item).Add(path, $"\"{text}\" is the {kind} of {first[text].File} already; choose another.");
        }
    }
}
