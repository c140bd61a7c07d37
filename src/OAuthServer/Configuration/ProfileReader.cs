using OAuthServer.Orgs;

namespace OAuthServer.Configuration;

/// <summary>Reads profiles/*.json.</summary>
static class ProfileReader
{
    internal static DeclaredProfile? Read(FileReport report)
    {
        if (JsonFile.Read(report) is not { } json)
            return null;
        JsonShape.Check(json, report, typeof(ProfileFile), typeof(ProfileSettings));
        var name = JsonShape.Read<ProfileFile>(json).Name;
        if (name is not null && (string.IsNullOrWhiteSpace(name) || name.Length > 80))
            report.Add("name", "must be 1 to 80 characters; write the profile's name.");
        var settings = JsonShape.Read<ProfileSettings>(json);
        ProfileRules.Check(settings, report);
        return name is null ? null : new(report, name, settings);
    }
}
