using OAuthServer.Data;
using OAuthServer.Login;

namespace OAuthServer.Administration.Integrations;

/// <summary>Where an integration can go.</summary>
public enum IntegrationTarget
{
    /// <summary>The app acts by itself, as one fixed user (RFC 6749 section 4.4).</summary>
    ClientCredentials,

    /// <summary>The app signs an assertion for each of several users (RFC 7523).</summary>
    JwtBearer,

    /// <summary>A person signs in at a browser (RFC 6749 section 4.1, with RFC 7636).</summary>
    AuthorizationCode,

    /// <summary>A person approves a tool that has no browser (RFC 8628).</summary>
    Device,

    /// <summary>A SAML assertion that is there already (RFC 7522).</summary>
    SamlBearer,

    /// <summary>Nothing fits now: it stays as it is, inside a trusted network.</summary>
    TrustedRange,

    /// <summary>It uses no password: there is nothing to do.</summary>
    None,
}

/// <summary>What administrators decided about an integration, as it is stored beside the counts.</summary>
public sealed record IntegrationPlan
{
    /// <summary>Where it is to go; null while nothing is planned.</summary>
    public IntegrationTarget? Target { get; init; }

    /// <summary>So many runs of the new way prove it.</summary>
    public int Runs { get; init; } = 5;

    /// <summary>So many hours without the old way are silence; null = by its rhythm.</summary>
    public int? SilentHours { get; init; }

    /// <summary>The scopes that the old way had: the new one must have them all.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    public string? PlannedBy { get; init; }

    public DateTimeOffset? PlannedAt { get; init; }

    public string? ClosedBy { get; init; }

    /// <summary>Why it was closed before it was proven.</summary>
    public string? EvenThough { get; init; }

    /// <summary>What people want to remember of it.</summary>
    public string? Note { get; init; }

    /// <summary>What its network's name meant when it was closed or protected; null while it is neither.</summary>
    public IReadOnlyList<KeptNetwork>? Networks { get; init; }

    public static IntegrationPlan Of(Integration row) => row.Plan is { } plan ? SettingsJson.Read<IntegrationPlan>(plan) : new();
}

/// <summary>What speaks for the new way, and what is still missing.</summary>
/// <param name="Runs">Logins of the new way from the old one's network.</param>
/// <param name="RunsWanted">So many are wanted.</param>
/// <param name="RunsElsewhere">Its logins from other networks, which prove nothing about this one.</param>
/// <param name="MissingScopes">Scopes of the old way that the new one was not given.</param>
/// <param name="SilentSince">When the old way was last used; null = never seen.</param>
/// <param name="SilenceWanted">For so long it must not be used.</param>
/// <param name="SilentFrom">When it will count as silent, if it stays unused; null = it does.</param>
/// <param name="AlsoAlive">
/// Other programs that still use a password of the same user through the same app from the same network, and for which nothing is planned: perhaps the
/// same job under another name, as after an update.
/// </param>
public sealed record IntegrationEvidence(
    long Runs, int RunsWanted, long RunsElsewhere, IReadOnlyList<string> MissingScopes, DateTimeOffset? SilentSince, TimeSpan SilenceWanted, DateTimeOffset? SilentFrom,
    IReadOnlyList<string> AlsoAlive)
{
    /// <summary>Nothing is missing: the old way can be closed, and nobody will notice.</summary>
    public bool IsProof => Runs >= RunsWanted && MissingScopes.Count == 0 && SilentFrom is null && AlsoAlive.Count == 0;

    /// <summary>The stage that follows from it; those that only an administrator sets stay.</summary>
    public IntegrationStage After(IntegrationStage stage) => stage switch
    {
        IntegrationStage.Planned or IntegrationStage.Parallel or IntegrationStage.Proven =>
            IsProof ? IntegrationStage.Proven : Runs + RunsElsewhere > 0 ? IntegrationStage.Parallel : IntegrationStage.Planned,
        IntegrationStage.Found or IntegrationStage.Closed or IntegrationStage.Modern => stage,
    };

    /// <summary>Weighs the counts.</summary>
    /// <param name="row">The integration.</param>
    /// <param name="runs">Logins of the new way from its network.</param>
    /// <param name="elsewhere">Those from other networks.</param>
    /// <param name="granted">The scopes the new way was last given; null when it has no grant, and so none of them.</param>
    /// <param name="beside">Other undecided rows of the same user, app and network.</param>
    /// <param name="now">The time.</param>
    public static IntegrationEvidence Of(
        Integration row, long runs, long elsewhere, IReadOnlyCollection<string>? granted, IReadOnlyCollection<Integration> beside, DateTimeOffset now)
    {
        var plan = IntegrationPlan.Of(row);
        var silence = plan.SilentHours is { } hours ? TimeSpan.FromHours(hours) : Rhythm.Of(IntegrationSummary.Of(row.Summary), now).Silence;
        var silent = row.PasswordLastSeenAt + silence;
        return new(
            runs, plan.Runs, elsewhere, [.. plan.Scopes.Where(scope => granted is null || !granted.Contains(scope, StringComparer.Ordinal))], row.PasswordLastSeenAt, silence,
            silent is { } from && from > now ? from : null,
            [.. beside.Where(other => other.PasswordLastSeenAt + silence > now).Select(other => other.Client).Order(StringComparer.Ordinal)]);
    }
}
