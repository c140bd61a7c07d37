using System.Text.Json;
using System.Text.Json.Serialization;

namespace OAuthServer.Login;

/// <summary>The parameters of an authorization request as they were sent, byte for byte; those that this server knows, and no others (RFC 6749 section 3.1).</summary>
public sealed class AuthorizationParameters
{
    /// <summary>What is read and kept. Whatever proves an app is not among them.</summary>
    static readonly string[] Known =
    [
        "client_id", "response_type", "response_mode", "redirect_uri", "scope", "state", "nonce", "code_challenge", "code_challenge_method",
        "prompt", "max_age", "login_hint", "id_token_hint", "acr_values", "ui_locales", "request", "request_uri", "immediate",
        "domain_hint", "sso_provider",
    ];

    readonly IReadOnlyDictionary<string, string> values;

    AuthorizationParameters(IReadOnlyDictionary<string, string> values) => this.values = values;

    /// <param name="value">The value of a parameter; null when it was not sent or is empty.</param>
    public static AuthorizationParameters Of(Func<string, string?> value)
    {
        var sent = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in Known)
        {
            if (value(name) is { } text)
                sent[name] = text;
        }
        return new(sent);
    }

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    public static AuthorizationParameters FromJson(string json) => new(JsonSerializer.Deserialize<Dictionary<string, string>>(json)!);

    /// <summary>The value; null when it was not sent.</summary>
    public string? this[string name] => values.GetValueOrDefault(name);

    public string? ClientId => this["client_id"];

    public string? RedirectUri => this["redirect_uri"];

    public string? Scope => this["scope"];

    public string? Prompt => this["prompt"];

    public string? MaxAge => this["max_age"];

    /// <summary>Whom the app believes to be there (OpenID Connect Core 1.0, section 3.1.2.1): to be filled in, never trusted.</summary>
    public string? LoginHint => this["login_hint"];

    /// <summary>A domain whose identity provider is meant.</summary>
    public string? DomainHint => this["domain_hint"];

    /// <summary>The identity provider that is meant: its name, or the organization's alias, a slash and its name.</summary>
    public string? SsoProvider => this["sso_provider"];

    public string? AcrValues => this["acr_values"];

    /// <summary>Languages the person prefers, best first, space separated.</summary>
    public string? UiLocales => this["ui_locales"];

    /// <summary>The longest value but that of a hint, which is a whole ID token.</summary>
    [JsonIgnore]
    public int LongestValue => values.Where(pair => pair.Key != "id_token_hint").Select(pair => pair.Value.Length).DefaultIfEmpty().Max();

    public string ToJson() => JsonSerializer.Serialize(values);
}
