using System.Globalization;
using OAuthServer.Login;

namespace OAuthServer.Features.Authorize;

/// <summary>Reads the values of parameters. Null where a value means nothing.</summary>
static class ParameterWords
{
    const string TwoFactors = "urn:oauthserver:acr:2";
    const string OneFactor = "urn:oauthserver:acr:1";

    internal static ResponseMode? ResponseMode(string? text) => text switch
    {
        null or "query" => Authorize.ResponseMode.Query,
        "fragment" => Authorize.ResponseMode.Fragment,
        "form_post" => Authorize.ResponseMode.FormPost,
        _ => null,
    };

    internal static Prompts? Prompts(AuthorizationParameters sent)
    {
        var prompts = Authorize.Prompts.Default;
        foreach (var word in (sent.Prompt ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Prompt(word) is not { } known)
                return null;
            prompts |= known;
        }
        if (sent["immediate"] == "true") // what prompt=none is called by older clients of the salesforce dialect
            prompts |= Authorize.Prompts.None;
        return prompts.HasFlag(Authorize.Prompts.None) && prompts != Authorize.Prompts.None ? null : prompts;
    }

    static Prompts? Prompt(string word) => word switch
    {
        "none" => Authorize.Prompts.None,
        "login" => Authorize.Prompts.Login,
        "consent" => Authorize.Prompts.Consent,
        "select_account" => Authorize.Prompts.SelectAccount,
        _ => null,
    };

    internal static TimeSpan? Seconds(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>True when, of the classes this server knows, only the one with two factors is asked for. Unknown ones are no wish.</summary>
    internal static bool WantsTwoFactors(string? acrValues) =>
        acrValues?.Split(' ') is { } wanted && wanted.Contains(TwoFactors, StringComparer.Ordinal) && !wanted.Contains(OneFactor, StringComparer.Ordinal);
}
