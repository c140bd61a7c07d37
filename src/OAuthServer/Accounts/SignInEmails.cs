using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Http;

namespace OAuthServer.Accounts;

/// <summary>Brings the code that makes a browser known.</summary>
public static class DeviceCodeEmail
{
    public static Mail Compose(User user, PublicUrl server, string code, string? from, string? userAgent, DateTimeOffset at) => AccountMail.Compose(
        user, server, "Your verification code",
        "Somebody who knows your password signs in at a browser that this server does not know. If it is you, type this code there:",
        code,
        $"It is good until {AccountMail.Time(at + DeviceCodes.Time)} and only at that browser.\n{NewDeviceEmail.Where(from, userAgent)}",
        "If this was not you, tell nobody the code, and change your password: somebody else knows it.");
}

/// <summary>Tells the owner of a sign-in at a browser, or from a network, that was not seen before.</summary>
public static class NewDeviceEmail
{
    public static Mail Compose(User user, PublicUrl server, string? from, string? userAgent, DateTimeOffset at) => AccountMail.Compose(
        user, server, "New sign-in to your account",
        $"Somebody signed in to your account at a browser or from a network that was not used with it before.\nWhen: {AccountMail.Time(at)}\n{Where(from, userAgent)}",
        "If this was you, there is nothing to do. If it was not, change your password now and tell your administrator.");

    /// <summary>Browsers by what they say of themselves; the first that fits, because the later ones' names are in the earlier ones' words.</summary>
    static readonly string[] Browsers = ["Edg", "OPR", "Firefox", "Chrome", "Safari"];

    static readonly string[] Systems = ["Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux"];

    /// <summary>Where from, one line each. Of what the request says of itself only known words get into a mail: the rest may be somebody's link.</summary>
    internal static string Where(string? from, string? userAgent) =>
        $"Address: {from ?? "unknown"}\nBrowser: {First(Browsers, userAgent) switch { "Edg" => "Edge", "OPR" => "Opera", { } name => name, _ => "unknown" }} on {First(Systems, userAgent) ?? "an unknown system"}";

    static string? First(string[] names, string? userAgent) =>
        Array.Find(names, name => userAgent?.Contains(name, StringComparison.Ordinal) == true);
}
