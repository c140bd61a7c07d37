namespace OAuthServer.Configuration;

/// <summary>Reads users/*.json.</summary>
static class UserReader
{
    internal static DeclaredUser? Read(FileReport report, DeclaredOrg org)
    {
        if (JsonFile.Read(report) is not { } json)
            return null;
        JsonShape.Check(json, report, typeof(UserFile));
        var file = JsonShape.Read<UserFile>(json);
        Check(file, report);
        var password = file.Password is { } text ? DeclaredSecret.Read(text, org.File.Demo, "password", report) : null;
        return file.Username is null ? null : new(report, file, password);
    }

    static void Check(UserFile file, FileReport report)
    {
        Check("username", file.Username, UserRules.Username, report);
        Check("email", file.Email, UserRules.Email, report);
        Check("firstName", file.FirstName, UserRules.Name, report);
        Check("lastName", file.LastName, UserRules.Name, report);
        Check("language", file.Language, UserRules.Language, report);
        Check("timeZone", file.TimeZone, UserRules.TimeZone, report);
    }

    static void Check(string path, string? value, Func<string, string?> rule, FileReport report)
    {
        if (value is not null && rule(value) is { } wrong)
            report.Add(path, wrong);
    }
}
