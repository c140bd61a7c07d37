namespace OAuthServer.Administration.Integrations;

/// <summary>A reason as a word with at most one value; the page has the sentence in every language.</summary>
/// <param name="Key">Such as <c>exposure-password-anywhere</c>.</param>
/// <param name="Value">What belongs into the sentence; null where nothing does.</param>
public sealed record IntegrationReason(string Key, string? Value = null);

/// <summary>What the score is made of.</summary>
/// <param name="LastPasswordWay">How it used its password last; null = not in the last 90 days.</param>
/// <param name="IsTrusted">It comes from a trusted network.</param>
/// <param name="LoginsPerWeek">How often it logs in.</param>
/// <param name="CredentialAgeDays">How old the password is; null = unknown.</param>
public sealed record ScoreFacts(string? LastPasswordWay, bool IsTrusted, double LoginsPerWeek, int? CredentialAgeDays);

/// <summary>How urgent it is to move an integration: exposure × use × age of the credential, 0 to 100.</summary>
/// <param name="Value">0 = nothing to do; 100 = first of all.</param>
/// <param name="Reasons">What it is made of.</param>
public sealed record IntegrationScore(int Value, IReadOnlyList<IntegrationReason> Reasons)
{
    const int Year = 365;

    /// <summary>The share of the score that is there however little it is used, and however young the password is.</summary>
    const double Floor = .6;

    /// <summary>Logins a week from which on more of them make no difference.</summary>
    const double Busy = 1_000;

    public static IntegrationScore Of(ScoreFacts facts)
    {
        if (facts.LastPasswordWay is not { } way)
            return new(0, [new("exposure-none")]);
        var (exposure, key) = (way, facts.IsTrusted) switch
        {
            (IntegrationWays.Password, false) => (100, "exposure-password-anywhere"),
            (IntegrationWays.Password, true) => (55, "exposure-password-trusted"),
            (IntegrationWays.PasswordCode, _) => (40, "exposure-code"),
            (IntegrationWays.PasswordTokenUnneeded, _) => (50, "exposure-token-unneeded"),
            (_, false) => (75, "exposure-token-anywhere"),
            (_, true) => (50, "exposure-token-trusted"),
        };
        var use = Floor + (1 - Floor) * Math.Min(1, Math.Log10(1 + facts.LoginsPerWeek) / Math.Log10(1 + Busy));
        var age = Floor + (1 - Floor) * Math.Min(1, (facts.CredentialAgeDays ?? Year) / (double)Year);
        return new(
            (int)Math.Round(exposure * use * age),
            [
                new(key),
                new("use", Math.Round(facts.LoginsPerWeek, 1).ToString(System.Globalization.CultureInfo.InvariantCulture)),
                facts.CredentialAgeDays is { } days ? new("age", days.ToString(System.Globalization.CultureInfo.InvariantCulture)) : new("age-unknown"),
            ]);
    }
}

/// <summary>What a recommendation depends on.</summary>
/// <param name="UsesPassword">It logs in by password.</param>
/// <param name="Client">The program as it calls itself.</param>
/// <param name="HasApp">An app is named; SOAP names none.</param>
/// <param name="UsersOfApp">As how many users the app logs in.</param>
/// <param name="AppHasBrowser">The app has redirect URIs and may use the authorization code already.</param>
/// <param name="HasSamlIdentity">The user signs in at a SAML identity provider.</param>
public sealed record TargetFacts(bool UsesPassword, string Client, bool HasApp, int UsersOfApp, bool AppHasBrowser, bool HasSamlIdentity);

/// <summary>Where an integration should go, and why.</summary>
public sealed record IntegrationAdvice(IntegrationTarget Target, IntegrationReason Reason)
{
    static readonly string[] Consoles = ["sf", "sfdx", "sfdx-cli", "sf-cli", "DataLoader", "Dataloader", "DataLoaderBulkUI", "Workbench", "SoqlXplorer"];
    static readonly string[] Browsers = ["Mozilla", "Opera"];

    /// <summary>Libraries that log in by SOAP unless told otherwise, and know how to do better.</summary>
    static readonly string[] Libraries = ["simple-salesforce", "jsforce", "node", "python-requests", "restforce", "Faraday", "Java", "okhttp", "Apache-HttpClient", "curl"];

    public static IntegrationAdvice Of(TargetFacts facts) =>
        !facts.UsesPassword ? new(IntegrationTarget.None, new("no-password"))
        : Consoles.Contains(facts.Client, StringComparer.OrdinalIgnoreCase) ? new(IntegrationTarget.Device, new("console", facts.Client))
        : Browsers.Contains(facts.Client, StringComparer.OrdinalIgnoreCase) ? new(IntegrationTarget.AuthorizationCode, new("browser"))
        : facts.AppHasBrowser ? new(IntegrationTarget.AuthorizationCode, new("app-has-browser"))
        : !facts.HasApp && !Libraries.Contains(facts.Client, StringComparer.OrdinalIgnoreCase) ? new(IntegrationTarget.TrustedRange, new("soap-only"))
        : facts.HasApp && facts.UsersOfApp > 1 && facts.HasSamlIdentity ? new(IntegrationTarget.SamlBearer, new("saml-at-hand"))
        : facts.HasApp && facts.UsersOfApp > 1 ? new(IntegrationTarget.JwtBearer, new("many-users", facts.UsersOfApp.ToString(System.Globalization.CultureInfo.InvariantCulture)))
        : new(IntegrationTarget.ClientCredentials, new("one-user"));
}
