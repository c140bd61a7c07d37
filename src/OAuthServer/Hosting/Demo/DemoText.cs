using System.Globalization;
using System.Text;
using System.Text.Json;

namespace OAuthServer.Hosting.Demo;

/// <summary>What the demo prints for people, and the same for scripts.</summary>
static class DemoText
{
    static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The summary as JSON.</summary>
    internal static byte[] Summary(string baseUrl, string mailFolder, DemoScene scene) =>
        JsonSerializer.SerializeToUtf8Bytes(new { baseUrl, mailFolder, scene.Users, scene.Apps }, Indented);

    internal static string Of(string url, string data, string mail, DemoScene scene)
    {
        var program = Program();
        var olivia = scene.Users.First(user => user.Username.StartsWith("olivia", StringComparison.Ordinal));
        var ada = scene.Users.First(user => user.Admin);
        var tessa = scene.Users.First(user => user.TotpSecret is not null);
        var app = scene.Apps.First(a => a.ClientId == "acme-nightly");
        var token = $"{url}/services/oauth2/token";
        var login = $"-u '{app.ClientId}:{app.ClientSecret}' -d grant_type=password";
        var text = new StringBuilder();
        text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"OAuthServer demo at {url}   (Ctrl-C stops it; --data DIR keeps it elsewhere)").AppendLine();
        Table(text, scene);
        text.AppendLine(CultureInfo.InvariantCulture, $"In a browser: {url}/settings asks who you are, then shows what applies to you and why");
        text.AppendLine(CultureInfo.InvariantCulture, $"Administrators:     {url}/setup, as {ada.Username}: who signs in and why not, what a policy would change, the way off passwords");
        text.AppendLine(CultureInfo.InvariantCulture, $"Single sign-on:     {url}/sso/acme, once identity providers run as config/demo/providers says");
        text.AppendLine(CultureInfo.InvariantCulture, $"Security tokens came by mail: {mail}").AppendLine();
        text.AppendLine("Paste these into another terminal, from the top:").AppendLine();
        Story(text, "Password alone, from outside every trusted network: refused (400, authentication failure).",
            $"curl -iw '\\n' {token} {login} -d username={olivia.Username} --data-urlencode 'password={olivia.Password}'");
        Story(text, "Password with the e-mailed security token appended: accepted.",
            $"TOKEN=$(cat '{mail}'/*{olivia.Username}*.eml | tr -d '\\r' | grep -xE '[A-Za-z0-9]{{24}}' | tail -n 1)",
            $"curl -iw '\\n' {token} {login} -d username={olivia.Username} --data-urlencode \"password={olivia.Password}$TOKEN\"");
        Story(text, "Password alone from the head office (127.0.0.2 is its trusted network): accepted.",
            $"curl -iw '\\n' --interface 127.0.0.2 {OnIpv4(token)} {login} -d username={olivia.Username} --data-urlencode 'password={olivia.Password}'");
        Story(text, "Password with an authenticator code appended: accepted, each code once.",
            $"CODE=$({program} totp {tessa.TotpSecret})",
            $"curl -iw '\\n' {token} {login} -d username={tessa.Username} --data-urlencode \"password={tessa.Password}$CODE\"");
        Story(text, "Client id and secret, no password at all: accepted.",
            $"curl -iw '\\n' {token} -u '{app.ClientId}:{app.ClientSecret}' -d grant_type=client_credentials");
        Story(text, "Why was the first one refused?",
            $"REF=$(curl -si {token} {login} -d username={olivia.Username} --data-urlencode 'password={olivia.Password}' | tr -d '\\r' | sed -n 's/^Login-Reference: //p')",
            $"{program} explain $REF --data '{data}'");
        var setup = scene.Apps.First(a => a.ClientId == "acme-setup");
        Story(text, "What administrators see, programs see too: the refused logins, by API.",
            $"ADMIN=$(curl -s {token} -u '{setup.ClientId}:{setup.ClientSecret}' -d grant_type=client_credentials | sed -n 's/.*\"access_token\": *\"\\([^\"]*\\)\".*/\\1/p')",
            $"curl -iw '\\n' -H \"Authorization: Bearer $ADMIN\" '{url}/api/setup/sign-ins?decision=deny'");
        return text.ToString();
    }

    static void Table(StringBuilder text, DemoScene scene)
    {
        text.AppendLine("  user                              password           profile");
        foreach (var user in scene.Users)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {user.Username,-33} {user.Password ?? "(none)",-18} {user.Profile}");
        text.AppendLine();
        text.AppendLine("  app             dialect     secret");
        foreach (var app in scene.Apps)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {(app.ClientId.Length > 15 ? app.ClientId[..12] + "..." : app.ClientId),-15} {app.Dialect,-11} {app.ClientSecret ?? "(public)"}");
        text.AppendLine();
    }

    static void Story(StringBuilder text, string title, params string[] lines)
    {
        text.Append("# ").AppendLine(title);
        foreach (var line in lines)
            text.AppendLine(line);
        text.AppendLine();
    }

    /// <summary>An IPv4 source address needs an IPv4 destination.</summary>
    static string OnIpv4(string url) => url.Replace("//localhost", "//127.0.0.1", StringComparison.Ordinal);

    /// <summary>This program, as a shell would start it again from any folder.</summary>
    static string Program()
    {
        var self = Environment.ProcessPath ?? "dotnet";
        return Path.GetFileNameWithoutExtension(self) == "dotnet" ? $"dotnet '{Path.Combine(AppContext.BaseDirectory, "oauthserver.dll")}'" : $"'{self}'";
    }
}
