using OAuthServer.Apps;
using OAuthServer.Policy;

namespace OAuthServer.Configuration;

/// <summary>What an app may say.</summary>
static class AppRules
{
    static readonly LoginChannel[] NoFlows = [LoginChannel.Browser, LoginChannel.SoapLogin];
    static readonly LoginChannel[] PageFlows = [LoginChannel.AuthorizationCode, LoginChannel.Device];
    static readonly string[] GoOnScopes = ["refresh_token", "offline_access"];

    internal static void Check(AppFile file, AppSettings settings, FileReport report)
    {
        if (file.ClientId is { } id && (id.Length is 0 or > 255 || id.Any(c => c is <= ' ' or > '~')))
            report.Add("clientId", "must be 1 to 255 printable ASCII characters without spaces.");
        if (file.Name is { } name && (string.IsNullOrWhiteSpace(name) || name.Length > 80))
            report.Add("name", "must be 1 to 80 characters; write the app's name.");
        CheckFlows(file, settings, report);
        CheckProof(file, settings, report);
        CheckTokens(settings, report);
        AppAddressRules.Check(settings, report);
    }

    static void CheckFlows(AppFile file, AppSettings settings, FileReport report)
    {
        report.NoRepeats("flows", settings.Flows);
        foreach (var (index, flow) in settings.Flows.Index())
        {
            if (NoFlows.Contains(flow))
                report.Add($"flows[{index}]", $"{JsonShape.Word(flow)} comes in without an app; remove it.");
        }
        CheckAssertionFlows(settings, report);
        if (!settings.Flows.Contains(LoginChannel.ClientCredentials))
            return;
        if (settings.IsPublic)
            report.Add("flows", "clientCredentials needs an app that proves itself; remove it, or \"none\" from authMethods.");
        if (file.RunAs is null)
            report.Add("runAs", "is missing: a clientCredentials login acts as a user; write a username.");
    }

    /// <summary>Nobody is there to be asked: without an approval beforehand such a flow refuses everybody.</summary>
    static void CheckAssertionFlows(AppSettings settings, FileReport report)
    {
        var flows = settings.Flows.Where(flow => flow.RestsOnAssertion()).ToList();
        if (settings.IsPublic && flows.Contains(LoginChannel.TokenExchange))
            report.Add("flows", "tokenExchange needs an app that proves itself; remove it, or \"none\" from authMethods.");
        if (flows.Count > 0 && !settings.Preapproval.Required && !(settings.Flows.Any(PageFlows.Contains) && settings.Scopes.Any(GoOnScopes.Contains)))
        {
            report.Add(
                "preapproval.required",
                $"is false, but users cannot approve {JsonShape.Word(flows[0])} by themselves; set it to true, or add the flow authorizationCode and the scope refresh_token or offline_access.");
        }
    }

    static void CheckProof(AppFile file, AppSettings settings, FileReport report)
    {
        var methods = settings.AuthMethods;
        report.NoRepeats("authMethods", methods);
        if (methods.Count == 0)
            report.Add("authMethods", "is empty; name how the app proves itself, or \"none\" for a public app.");
        if (settings.IsPublic && methods.Count > 1)
            report.Add("authMethods", "has \"none\" beside other methods, which makes them optional; keep one or the other.");
        var takesSecret = methods.Contains(ClientAuthMethod.ClientSecretBasic) || methods.Contains(ClientAuthMethod.ClientSecretPost);
        if (file.Secrets.Count > 0 && !takesSecret)
            report.Add("secrets", "are of no use: authMethods has no clientSecretBasic or clientSecretPost; remove them.");
        report.NoRepeats("secrets", file.Secrets.Select(secret => secret.Name), StringComparer.Ordinal);
        if (settings.IsPublic && settings.IntrospectsAll)
            report.Add("introspectsAll", "is only for an app that proves itself; set it to false.");
        JwksRules.Check(settings, report);
    }

    static void CheckTokens(AppSettings settings, FileReport report)
    {
        report.NoRepeats("scopes", settings.Scopes, StringComparer.Ordinal);
        foreach (var (index, scope) in settings.Scopes.Index())
        {
            // RFC 6749 section 3.3: the characters of a scope.
            if (scope.Length == 0 || scope.Any(c => c is <= ' ' or > '~' or '"' or '\\'))
                report.Add($"scopes[{index}]", "must be printable ASCII without spaces, quotes and backslashes.");
            else if (scope == BuiltInApps.ChangePasswordScope)
                report.Add($"scopes[{index}]", "is the server's own: it marks sessions of expired passwords; choose another word.");
        }
        report.Within("accessTokenMinutes", settings.AccessTokenMinutes, 1, 1440);
        if (settings.Audience is { } audience && (audience.Length == 0 || audience.Any(char.IsWhiteSpace)))
            report.Add("audience", "must be one word, such as \"https://api.example.com\".");
        var refresh = settings.Refresh;
        report.Within("refresh.lifetimeDays", refresh.LifetimeDays, 1, 3650);
        report.Within("refresh.idleDays", refresh.IdleDays, 1, 3650);
        report.Within("refresh.retrySeconds", refresh.RetrySeconds, 0, 60);
        if (refresh.IdleDays > refresh.LifetimeDays)
            report.Add("refresh.idleDays", $"{refresh.IdleDays} is more than refresh.lifetimeDays ({refresh.LifetimeDays}); use less.");
        if (settings.IsPublic && refresh.Rotate == false)
            report.Add("refresh.rotate", "is always true for a public app (RFC 9700 section 2.2.2); remove it.");
    }
}
