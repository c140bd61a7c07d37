namespace OAuthServer.Configuration;

/// <summary>
/// Finds the organizations in a folder: the folder is one (it holds organization.json), or each of its folders is. A file or
/// folder whose place has no meaning is an error: it would be something somebody believes to be in force.
/// </summary>
static class DeclaredFolder
{
    const string OrganizationJson = "organization.json";
    static readonly string[] Rooms = ["profiles", "users", "providers", "apps", "tests"];

    /// <summary>All organizations, each checked by itself and against the others.</summary>
    /// <exception cref="ConfigurationException">Everything that is wrong in all files.</exception>
    internal static List<DeclaredOrg> Read(string folder, List<ConfigError> errors)
    {
        var orgs = new List<DeclaredOrg>();
        foreach (var place in Places(folder, errors))
        {
            if (ReadOrg(place, errors) is { } org)
                orgs.Add(org);
        }
        Uniqueness.Check(orgs);
        return orgs;
    }

    static List<string> Places(string folder, List<ConfigError> errors)
    {
        if (File.Exists(Path.Combine(folder, OrganizationJson)))
            return [folder];
        var inside = Directory.Exists(folder) ? Directory.GetDirectories(folder).Order(StringComparer.Ordinal).ToList() : [];
        var places = inside.FindAll(place => File.Exists(Path.Combine(place, OrganizationJson)));
        foreach (var place in inside.Except(places, StringComparer.Ordinal).Where(place => Rooms.Any(room => Directory.Exists(Path.Combine(place, room)))))
            errors.Add(new(place, "", $"has no {OrganizationJson}; write one with the organization's name."));
        if (places.Count == 0 && errors.Count == 0)
            errors.Add(new(folder, "", $"holds no organization; write {OrganizationJson} into it, or into a folder in it."));
        return places;
    }

    static DeclaredOrg? ReadOrg(string place, List<ConfigError> errors)
    {
        ReportStrays(place, errors);
        var source = new FileReport(Path.Combine(place, OrganizationJson), errors);
        if (JsonFile.Read(source) is not { } json)
            return null;
        JsonShape.Check(json, source, typeof(OrganizationFile));
        var file = JsonShape.Read<OrganizationFile>(json);
        var org = new DeclaredOrg(source, file) { Logo = LogoFile.Read(file.Logo, source) };
        OrganizationRules.Check(org.File, source);
        org.Profiles.AddRange(Files(place, "profiles", errors, ProfileReader.Read));
        org.Providers.AddRange(Files(place, "providers", errors, report => ProviderReader.Read(report, org)));
        org.Users.AddRange(Files(place, "users", errors, report => UserReader.Read(report, org)));
        org.Apps.AddRange(Files(place, "apps", errors, report => AppReader.Read(report, org)));
        org.Tests.AddRange(Files(place, "tests", errors, TestReader.Read));
        return org;
    }

    static IEnumerable<T> Files<T>(string place, string room, List<ConfigError> errors, Func<FileReport, T?> read)
        where T : class
    {
        var folder = Path.Combine(place, room);
        if (!Directory.Exists(folder))
            return [];
        foreach (var nested in Directory.GetDirectories(folder))
            errors.Add(new(nested, "", $"is a folder inside {room}, which is not read; move its files up."));
        return [.. Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal)
            .Select(file => read(new(file, errors))).OfType<T>()];
    }

    static void ReportStrays(string place, List<ConfigError> errors)
    {
        foreach (var stray in Directory.GetDirectories(place).Where(path => !Rooms.Contains(Path.GetFileName(path), StringComparer.Ordinal)))
            errors.Add(new(stray, "", $"is a folder that means nothing here; {Spelling.Advice(Path.GetFileName(stray), Rooms)}"));
        foreach (var stray in Directory.GetFiles(place, "*.json").Where(path => Path.GetFileName(path) != OrganizationJson))
            errors.Add(new(stray, "", "is a file that means nothing here; move it to profiles, users, providers, apps or tests."));
    }
}
