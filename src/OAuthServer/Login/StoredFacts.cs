using System.Net;
using OAuthServer.Data;
using OAuthServer.Policy;
using OAuthServer.Policy.Lockout;
using OAuthServer.Policy.Networks;

namespace OAuthServer.Login;

/// <summary>
/// The facts of a login that no other table keeps: with the profile version of its day they give the same ruling again. Of the
/// organization's networks only the one that held the caller is kept, because the ruling depends on no other.
/// </summary>
public sealed record StoredFacts
{
    public OrgStatus Org { get; init; }

    public bool PasswordGrant { get; init; }

    public bool SoapLogin { get; init; }

    /// <summary>Sso as it applied: the organization's default may have changed since.</summary>
    public SsoMode Sso { get; init; }

    public string? TrustedNetwork { get; init; }

    public UserStatus User { get; init; }

    public int Failures { get; init; }

    public DateTimeOffset? LastFailureAt { get; init; }

    public DateTimeOffset? PasswordChangedAt { get; init; }

    public bool MustChangePassword { get; init; }

    public Proof Enrolled { get; init; }

    public bool FirstLogin { get; init; }

    public bool BreakGlass { get; init; }

    public StoredAppFacts? App { get; init; }

    public bool? DeviceKnown { get; init; }

    /// <summary>The integration or brown-out that closed the old way.</summary>
    public string? OldWay { get; init; }

    public DateTimeOffset? OldWayUntil { get; init; }

    public static StoredFacts Of(LoginFacts facts) => new()
    {
        Org = facts.Org.Status,
        PasswordGrant = facts.Org.PasswordGrantEnabled,
        SoapLogin = facts.Org.SoapLoginEnabled,
        Sso = facts.Profile.Sso,
        TrustedNetwork = facts.TrustedNetwork?.Label,
        User = facts.User.Status,
        Failures = facts.User.Lockout.Failures,
        LastFailureAt = facts.User.Lockout.LastFailureAt,
        PasswordChangedAt = facts.User.PasswordChangedAt,
        MustChangePassword = facts.User.MustChangePassword,
        Enrolled = facts.User.Enrolled,
        FirstLogin = facts.User.IsFirstLogin,
        BreakGlass = facts.User.IsBreakGlass,
        App = facts.App is { } app
            ? new(app.IsActive, app.Flows.Contains(facts.Channel), app.RequiresPreapproval, app.IsPreapproved, app.IpRelaxation)
            : null,
        DeviceKnown = facts.Device?.IsKnown,
        OldWay = facts.OldWay?.Id,
        OldWayUntil = facts.OldWay?.Until,
    };

    /// <summary>The facts as they were, under a profile version: its own to decide again, another to see what it would have done.</summary>
    public LoginFacts Restore(LoginRecord record, ProfileFacts profile)
    {
        var from = record.SourceAddress is { } address ? IPAddress.Parse(address) : null;
        return new(
            record.Channel,
            record.At,
            from,
            new OrgFacts(
                record.OrgId ?? "", Org, PasswordGrant, SoapLogin,
                TrustedNetwork is { } name && from is not null
                    ? new NetworkList([new IpRange(IpRange.NumberOf(from), IpRange.NumberOf(from), name)])
                    : NetworkList.Empty),
            profile with { Sso = Sso },
            new UserFacts
            {
                Id = record.UserId ?? "",
                Status = User,
                Lockout = new LockoutState(Failures, LastFailureAt),
                PasswordChangedAt = PasswordChangedAt,
                MustChangePassword = MustChangePassword,
                Enrolled = Enrolled,
                IsFirstLogin = FirstLogin,
                IsBreakGlass = BreakGlass,
            },
            App is { } app
                ? new AppFacts(
                    record.ClientId ?? "", app.Active, app.FlowOn ? new HashSet<LoginChannel> { record.Channel } : [],
                    app.RequiresPreapproval, app.IsPreapproved, app.IpRelaxation)
                : null,
            DeviceKnown is { } known ? new DeviceFacts(known) : null,
            new Evidence(record.Presented, record.Proven, record.Flaw))
        {
            OldWay = OldWay is { } way ? new(way, OldWayUntil) : null,
        };
    }
}

/// <summary>Of the app, what the ruling of this channel depended on.</summary>
public sealed record StoredAppFacts(bool Active, bool FlowOn, bool RequiresPreapproval, bool IsPreapproved, IpRelaxation IpRelaxation);
