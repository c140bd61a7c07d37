using System.Text.Json;
using OAuthServer.Administration.Integrations;
using OAuthServer.Policy;

namespace OAuthServer.Administration.Apps;

/// <summary>Which of the connected apps.</summary>
/// <param name="Search">A part of the name or of the client id; null = all.</param>
/// <param name="Limit">How many at once: 1 to 500.</param>
/// <param name="After">What the last answer called next.</param>
public sealed record ListApps(string? Search = null, int? Limit = null, string? After = null);

/// <summary>An app in the list.</summary>
/// <param name="ClientId">What it is known by.</param>
/// <param name="Name">What people see.</param>
/// <param name="Active">Switched on.</param>
/// <param name="Public">It proves itself by nothing.</param>
/// <param name="Flows">How it may log in.</param>
/// <param name="Secrets">How many secrets it has.</param>
/// <param name="LastUsedAt">Its last login, or the last time a secret proved it; null = never, as far as records are kept.</param>
/// <param name="LastUsedBy">The user of that login; null where there was none.</param>
public sealed record AppLine(
    string ClientId, string Name, bool Active, bool Public, IReadOnlyList<LoginChannel> Flows, int Secrets, DateTimeOffset? LastUsedAt, string? LastUsedBy);

/// <summary>An app by its client id.</summary>
public sealed record AppName(string App);

/// <summary>A connected app as its administrators see it.</summary>
/// <param name="Settings">As a file in apps/ says it, without secrets.</param>
/// <param name="Secrets">Its secrets, never their values.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Use">Who uses it.</param>
/// <param name="Keys">Its public keys; null = it has none.</param>
public sealed record AppSight(JsonElement Settings, IReadOnlyList<AppSecretLine> Secrets, DateTimeOffset CreatedAt, AppUse Use, AppKeys? Keys = null);

/// <summary>The public keys of an app, whose private halves sign its assertions.</summary>
/// <param name="Kids">Their names in the app's key set (RFC 7517 section 4.5); empty text = it has none.</param>
/// <param name="LastUsedAt">
/// When one of them last proved the app, derived: the newest login that was let in by an assertion, or by any way where the app proves itself by keys
/// alone. Which of several keys it was is not recorded. Null = none among its newest logins.
/// </param>
public sealed record AppKeys(IReadOnlyList<string> Kids, DateTimeOffset? LastUsedAt);

/// <summary>A secret of an app. Its value was shown once, when it was made.</summary>
/// <param name="Name">What administrators call it.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">From when on it proves nothing; null = never.</param>
/// <param name="LastUsedAt">When it last proved the app, exact to the minute; null = never.</param>
/// <param name="Expired">Its time is over.</param>
public sealed record AppSecretLine(string Name, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? LastUsedAt, bool Expired);

/// <summary>Who uses an app.</summary>
/// <param name="LastUsedAt">Its last login, or the last time a secret proved it.</param>
/// <param name="LastUsedBy">The user of that login.</param>
/// <param name="LastRefused">The last login was refused.</param>
/// <param name="Logins">Logins in the last 30 days, at most <see cref="MostCounted"/>.</param>
/// <param name="People">How many users have tokens of it that live.</param>
/// <param name="Grants">How many logins of it still hold tokens that live.</param>
public sealed record AppUse(DateTimeOffset? LastUsedAt, string? LastUsedBy, bool LastRefused, int Logins, int People, int Grants)
{
    /// <summary>Logins are counted up to here.</summary>
    public const int MostCounted = 10_000;
}

/// <summary>A new app.</summary>
/// <param name="Settings">As a file in apps/ says it, without secrets.</param>
public sealed record CreateApp(JsonElement Settings);

/// <summary>An app as it is to be.</summary>
/// <param name="App">Its client id.</param>
/// <param name="Settings">As a file in apps/ says it, without secrets; what is not said has its default.</param>
/// <param name="IgnoreTests">Also when policy tests fail; the audit trail shows which.</param>
public sealed record SaveApp(string App, JsonElement Settings, bool IgnoreTests = false);

/// <summary>A new secret.</summary>
/// <param name="App">Whose.</param>
/// <param name="Name">What to call it, such as the year.</param>
/// <param name="ExpiresAt">From when on it proves nothing; null = never.</param>
public sealed record AddSecret(string App, string Name, DateTimeOffset? ExpiresAt = null);

/// <summary>A secret of an app by its name.</summary>
public sealed record SecretName(string App, string Secret);

/// <summary>A secret that was just made. This answer is the only place where its value ever stands.</summary>
/// <param name="App">Whose.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Value">The secret.</param>
/// <param name="ExpiresAt">From when on it proves nothing; null = never.</param>
public sealed record NewSecret(string App, string Name, string Value, DateTimeOffset? ExpiresAt)
{
    /// <summary>Without the value: a text may reach a log.</summary>
    public override string ToString() => $"secret {Name} of {App}";
}

/// <summary>What stops when an app is switched off or removed, or its tokens are revoked.</summary>
/// <param name="Use">Who uses it.</param>
/// <param name="Consents">How many users have let it in for good, and would be asked again.</param>
/// <param name="Secrets">Its secrets, which go with it.</param>
/// <param name="Integrations">How many programs were seen that come in by it.</param>
/// <param name="Users">Whose tokens of it live.</param>
/// <param name="Programs">The programs that come in by it, the last seen first.</param>
public sealed record AppImpact(AppUse Use, int Consents, IReadOnlyList<AppSecretLine> Secrets, int Integrations, NamedFew Users, NamedIntegrations Programs);

/// <summary>Tokens that were ended.</summary>
/// <param name="Grants">Of how many logins.</param>
public sealed record RevokedTokens(int Grants);
