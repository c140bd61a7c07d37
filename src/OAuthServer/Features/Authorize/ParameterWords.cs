using System.Globalization;
using OAuthServer.Apps;
using OAuthServer.Login;

namespace OAuthServer.Features.Authorize;

/// <summary>Reads the values of parameters. Null where a value means nothing.</summary>
static class ParameterWords
{
    internal static ResponseMode? ResponseMode(string? text) => text switch
    {
        null or "query" => Authorize.ResponseMode.Query,
        "fragment" => Authorize.ResponseMode.Fragment,
        "form_post" => Authorize.ResponseMode.FormPost,
        _ => null,
    };

    internal static Prompts? Prompts(AuthorizationParameters sent, Dialect dialect)
    {
        var prompts = Authorize.Prompts.Default;
        foreach (var word in (sent.Prompt ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Prompt(word) is not { } known)
                return null;
            prompts |= known;
        }
        if (dialect == Dialect.Salesforce && sent["immediate"] == "true") // what its older clients call prompt=none
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
}
