using System.Net.Mail;
using System.Text.RegularExpressions;
using OAuthServer.Data;

namespace OAuthServer.Configuration;

/// <summary>Reads users/*.json.</summary>
static partial class UserReader
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
        if (file.Username is { } username && !Usernames.IsAcceptable(username))
            report.Add("username", $"must be 1 to {Usernames.MaxLength} printable ASCII characters without spaces, such as \"ann@acme.example\".");
        if (file.Email is { } email && !(MailAddress.TryCreate(email, out var address) && address.Address == email))
            report.Add("email", "is not a mail address; write one such as \"ann@acme.example\".");
        if (file.Language is { } language && !Language().IsMatch(language))
            report.Add("language", $"\"{language}\" is not a language; write one such as \"en_US\".");
        if (file.TimeZone is { } zone)
            HoursRules.CheckZone(zone, "timeZone", report);
    }

    [GeneratedRegex("^[a-z]{2,3}(?:_[A-Z]{2})?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex Language();
}
