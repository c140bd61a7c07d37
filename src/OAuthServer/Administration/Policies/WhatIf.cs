using System.Net;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Apps;
using OAuthServer.Configuration;
using OAuthServer.Data;
using OAuthServer.Login;
using OAuthServer.Login.Examples;
using OAuthServer.Login.Explaining;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Policy.Lockout;

namespace OAuthServer.Administration.Policies;

/// <summary>A login that nobody has made yet.</summary>
/// <param name="User">A username; not needed where an app acts as its own user.</param>
/// <param name="Channel">The door.</param>
/// <param name="Address">From where; none = unknown, which is never trusted.</param>
/// <param name="At">When; now unless told.</param>
/// <param name="App">The client identifier of the app that asks.</param>
/// <param name="Presented">Kinds of proof, such as <c>password</c>, <c>securityToken</c>, <c>totp</c>, <c>passkey</c>, <c>ssoAssertion</c>, <c>clientSecret</c>.</param>
/// <param name="Flaw">What of them does not hold; all do unless told.</param>
/// <param name="DeviceKnown">The browser was made known before.</param>
/// <param name="Draft">A draft to judge by, instead of what is saved.</param>
/// <param name="Settings">A profile's settings, as JSON text, to judge by instead of the user's.</param>
/// <param name="Client">The program, as its user agent names it: an old way is closed, or spared a brown-out, for one program. None = one that does not name itself.</param>
public sealed record WhatIf(
    LoginChannel Channel, string? User = null, string? Address = null, DateTimeOffset? At = null, string? App = null, IReadOnlyList<string>? Presented = null,
    CredentialFlaw? Flaw = null, bool DeviceKnown = false, string? Draft = null, string? Settings = null, string? Client = null);

/// <summary>What the gate would say.</summary>
/// <param name="Decision"><c>allow</c>, <c>challenge</c> or <c>deny</c>.</param>
/// <param name="Reason">Why it would be refused; null when it would not.</param>
/// <param name="OneOf">What it would be asked for.</param>
/// <param name="DecidingRule">Null when all rules pass.</param>
/// <param name="Rules">What each rule finds, in their order.</param>
/// <param name="Conclusion">Which rule decides, and the smallest change that would let it in.</param>
/// <param name="User">Who it would be.</param>
/// <param name="Profile">Whose profile applies.</param>
/// <param name="ProfileVersion">Which version; 0 = one that is not saved.</param>
/// <param name="TrustedNetwork">The trusted network that holds the address; null = none.</param>
/// <param name="Assumed">What was presented and the user does not hold at this moment, so that the gate itself would not find it.</param>
public sealed record WhatIfAnswer(
    string Decision, DenyReason? Reason, IReadOnlyList<ChallengeKind> OneOf, string? DecidingRule, IReadOnlyList<ExplainedRule> Rules, IReadOnlyList<string> Conclusion,
    string User, string Profile, int ProfileVersion, string? TrustedNetwork, IReadOnlyList<string> Assumed);

/// <summary>
/// Asks the rules about a login that nobody has made: with the facts that the gate would gather, from the same tables by the same mapping.
/// Nothing is recorded and nothing counted.
/// </summary>
public sealed class WhatIfOperations(Database database, UserAccounts accounts, AppDirectory apps, Consents consents, OldWays oldWays) : IAdminOperations
{
    static readonly IReadOnlyList<string> Words = [.. Enum.GetValues<Proof>().Where(proof => proof != Proof.None).Select(proof => JsonShape.Word(proof))];

    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Ask<WhatIf, WhatIfAnswer>("policies.what-if", "/what-if", "/setup/policies/what-if", "Say what the rules would answer to a login, and why.", AskAsync),
    ];

    public async Task<AdminAnswer<WhatIfAnswer>> AskAsync(AdminCall call, WhatIf input)
    {
        var flaws = Flaws(input, out var from, out var presented);
        if (flaws.Count > 0)
            return new AdminRefusal.Invalid(flaws);
        await using var db = database.NewContext();
        var app = input.App is { } clientId ? await apps.FindAsync(clientId) : null;
        if (input.App is not null && app?.App.OrgId != call.Org.Id)
            return new AdminRefusal.NotFound("app");
        var user = input.User is { } name ? await accounts.FindByNameAsync(name)
            : input.Channel == LoginChannel.ClientCredentials && app?.App.RunAsUserId is { } runAs ? await accounts.FindByIdAsync(runAs)
            : null;
        if (user is null || user.OrgId != call.Org.Id)
            return new AdminRefusal.NotFound("user");
        var saved = await OrgPolicy.LoadAsync(db, call.Org.Id, call.Cancellation);
        var (policy, refusal) = await ProposedAsync(db, call, input, saved, user.ProfileId);
        if (policy is null)
            return refusal!;
        return await JudgeAsync(db, call, input, policy, ReferenceEquals(policy.Profiles[user.ProfileId].Settings, saved.Profiles[user.ProfileId].Settings), user, app, from, presented);
    }

    async Task<WhatIfAnswer> JudgeAsync(
        ServerDb db, AdminCall call, WhatIf input, OrgPolicy policy, bool isSaved, UserAccount user, AppEntry? app, IPAddress? from, IReadOnlyList<Proof> presented)
    {
        var evidence = PresentedProofs.Of(presented, input.Flaw ?? CredentialFlaw.None);
        var (assumed, held) = await AssumedProofs.OfAsync(db, user, evidence.Presented, input.At ?? call.At, call.Cancellation);
        var profile = policy.FactsOf(policy.Profiles[user.ProfileId]);
        var counters = input.Channel.IsGuessable() ? await database.ReadAsync(FailureCounters.ReadSql, FailureCounters.Read, user.Id) : null;
        var lockout = counters?.For(LoginFacts.IsTrustedOrigin(policy.Facts, profile, from)) ?? LockoutState.Clear;
        var facts = GatheredFacts.Of(
            input.Channel, input.At ?? call.At, from, policy.Facts, profile, held, lockout, app, await consents.AreGivenBeforehandAsync(input.Channel, user.Id, app),
            input.Channel.HasBrowser() ? new DeviceFacts(input.DeviceKnown) : null, evidence);
        if ((await oldWays.CurrentAsync()).Find(facts, new RequestContext(new(from, "peer"), input.Client, null, 0)).Way is { } way)
            facts = facts with { OldWay = way };
        var ruling = LoginPolicy.Decide(facts);
        var explained = FactsExplanation.Of(facts, ruling);
        return new(
            LoginHistory.DecisionWord(ruling.Decision), (ruling.Decision as LoginDecision.Deny)?.Reason, (ruling.Decision as LoginDecision.Challenge)?.OneOf ?? [], ruling.DecidingRule,
            explained.Rules, explained.Conclusion, user.Username, profile.Name, isSaved ? profile.Version : 0, facts.TrustedNetwork?.Label, assumed);
    }

    /// <summary>The policy to judge by: what is saved, a draft, or settings that were sent.</summary>
    static async Task<(OrgPolicy? Policy, AdminRefusal? Refusal)> ProposedAsync(ServerDb db, AdminCall call, WhatIf input, OrgPolicy saved, string profileId)
    {
        var policy = saved;
        if (input.Draft is { } id)
        {
            if (await db.Drafts.AsNoTracking().SingleOrDefaultAsync(d => d.OrgId == call.Org.Id && d.Id == id, call.Cancellation) is not { } draft)
                return (null, new AdminRefusal.NotFound("draft"));
            var change = draft.Kind == DraftKind.Profile
                ? ProposedChange.OfProfile(draft.ProfileId!, SettingsJson.Read<ProfileSettings>(draft.Content))
                : new ProposedChange { Networks = SettingsJson.Read<IReadOnlyList<NetworkRange>>(draft.Content) };
            policy = change.ApplyTo(policy);
        }
        if (input.Settings is not { } text)
            return (policy, null);
        return SentJson.Profile(text, policy.Profiles[profileId].Row.Name, out var refusal) is { } settings
            ? (ProposedChange.OfProfile(profileId, settings).ApplyTo(policy), null)
            : (null, refusal);
    }

    static List<AdminFlaw> Flaws(WhatIf input, out IPAddress? from, out IReadOnlyList<Proof> presented)
    {
        List<AdminFlaw> flaws = [];
        from = null;
        if (input.Address is { } address && !IPAddress.TryParse(address, out from))
            flaws.Add(new("address", "is not an address; write one such as 192.0.2.7."));
        if (from is { IsIPv4MappedToIPv6: true })
            from = from.MapToIPv4();
        List<Proof> proofs = [];
        foreach (var (index, word) in (input.Presented ?? []).Index())
        {
            if (Words.Contains(word, StringComparer.Ordinal))
                proofs.Add(Enum.Parse<Proof>(word, ignoreCase: true));
            else
                flaws.Add(new($"presented[{index}]", $"is not known; use any of {string.Join(", ", Words)}."));
        }
        presented = proofs;
        return flaws;
    }
}
