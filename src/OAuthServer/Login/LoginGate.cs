using System.Data.Common;
using OAuthServer.Accounts;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Http;
using OAuthServer.Login.Explaining;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Policy.Lockout;

namespace OAuthServer.Login;

/// <summary>
/// The gate: the only place where a login is attempted. It gathers the facts, lets the rules decide, and records: facts, ruling
/// and counters in one transaction, on disk before the caller is answered. It never decides by itself and never makes a token.
/// The rules speak inside the write batch, under the policy and the failure count that hold there: parallel guesses are
/// counted one after the other, and a policy that changed a moment ago already applies.
/// </summary>
public sealed class LoginGate(
    OrgDirectory orgs,
    UserAccounts accounts,
    AppDirectory apps,
    CredentialVerifier verifier,
    Consents consents,
    PasswordHashing hashing,
    WriteQueue writes,
    Database database,
    ChangeWatch changes,
    MasterKey key,
    LoginReferences references,
    RefusalLimits limits,
    BreakGlassNotices breakGlass,
    OldWays oldWays,
    BrownOutStops brownOuts,
    ServerMetrics metrics,
    TimeProvider clock)
{
    readonly string countersSql = FailureCounters.ReadSql + database.ForUpdate;

    const string FirstLoginSql = "UPDATE users SET first_login_at = @p1 WHERE id = @p0 AND first_login_at IS NULL";
    const string RehashSql = "UPDATE users SET password_hash = @p2 WHERE id = @p0 AND password_hash = @p1";

    /// <summary>Judges one attempt.</summary>
    /// <exception cref="HashingBusyException">Too many password logins at once; nothing was recorded.</exception>
    public async Task<LoginOutcome> JudgeAsync(LoginAttempt attempt, CancellationToken cancellation = default)
    {
        if (SecondsToWait(attempt.Request, attempt.App) is > 0 and var seconds)
            return new LoginOutcome.TooMany(seconds);
        // Null: policy or password changed while the facts were gathered. Gather again.
        LoginOutcome? outcome;
        do
            outcome = await TryAsync(attempt, cancellation);
        while (outcome is null);
        return outcome;
    }

    /// <summary>Seconds until a caller with too many refusals behind it is looked at again; 0 = now.</summary>
    int SecondsToWait(RequestContext request, AppEntry? app) => limits.SecondsToWait(request.Origin.Address, app?.ClientId);

    /// <summary>Records an app that could not prove itself, and returns what it is told: the same at every door. Null with seconds to wait when there have been too many.</summary>
    public async Task<(OAuthError? Error, int RetryAfterSeconds)> RefuseAppAsync(ClientProof.Failed failed, LoginChannel channel, RequestContext request)
    {
        // A request that names no app, or contradicts itself, is no attempt to be one.
        if (failed.ClientId is null || failed.Error.Error != "invalid_client")
            return (failed.Error, 0);
        return SecondsToWait(request, failed.App) is > 0 and var seconds
            ? (null, seconds)
            : (failed.Error with { Reference = await RecordAsync(failed, channel, request) }, 0);
    }

    async Task<string> RecordAsync(ClientProof.Failed failed, LoginChannel channel, RequestContext request)
    {
        // Not against the app: whoever only claims to be it could shut it out.
        limits.Count(request.Origin.Address, clientId: null);
        var directory = await orgs.CurrentAsync();
        var org = failed.App?.App.OrgId is { } owner ? directory.Rows.Orgs[owner].Facts : Strangers.Org;
        var facts = new LoginFacts(
            channel, clock.GetUtcNow(), request.Origin.Address, org, Strangers.Profile, Strangers.User, null, null,
            new Evidence(failed.Presented, Proof.None, failed.Flaw));
        var entry = new LoginEntry(facts, LoginPolicy.Decide(facts), request, failed.ClientId, null, false, null, Elapsed(request));
        return references.Of(await writes.CommitAsync(scope => LoginHistory.WriteAsync(scope, entry)));
    }

    async Task<LoginOutcome?> TryAsync(LoginAttempt attempt, CancellationToken cancellation)
    {
        var directory = await orgs.CurrentAsync();
        // Found again after the directory, so that it cannot be older: what is newer than the directory, the batch refuses.
        if (attempt.App is { } known && await apps.FindAsync(known.ClientId) is { } current && current != known)
            attempt = attempt with { App = current };
        var user = await FindAsync(attempt, directory.Rows);
        ProfileFacts? profile = Strangers.Profile;
        if (user is not null && (!directory.Rows.Profiles.TryGetValue(user.ProfileId, out profile) || !directory.Rows.Orgs.ContainsKey(user.OrgId)))
        {
            await changes.RefreshAsync(); // the user is newer than the directory
            return null;
        }
        var at = clock.GetUtcNow();
        var verified = attempt.Credentials switch
        {
            LoginCredentials.Appended appended => await verifier.VerifyAsync(user, profile, appended.Text, at, cancellation),
            LoginCredentials.Typed typed => await verifier.VerifyAsync(user, typed, cancellation),
            LoginCredentials.TypedCode typed => await verifier.VerifyAsync(user, typed, at),
            LoginCredentials.Verified done => new VerifiedCredentials(done.Evidence, done.Spend),
            _ => throw new InvalidOperationException("Unknown credentials."),
        };
        if (attempt.PasswordAsOf is { } proven && user?.PasswordChangedAt != proven)
            verified = new(new Evidence(verified.Evidence.Presented, Proof.None, CredentialFlaw.WrongPassword));
        if (user is null && attempt.Subject is LoginSubject.RunAs)
            verified = new(verified.Evidence with { Flaw = CredentialFlaw.NoRunAsUser });
        // What was verified elsewhere may name somebody who is not there: that proves nobody.
        if (user is null && verified.Evidence is { Flaw: CredentialFlaw.None, Proven: not Proof.None })
            verified = new(new Evidence(verified.Evidence.Presented, Proof.None, CredentialFlaw.UnknownUser));
        // An app's own organization is all that is known of an attempt for a name that nobody has.
        var orgId = user?.OrgId ?? attempt.App?.App.OrgId ?? attempt.Assertion?.OrgId;
        var org = orgId is null ? null : directory.Rows.Orgs[orgId];
        if (user is not null && (attempt.App?.App.OrgId ?? attempt.Assertion?.OrgId ?? user.OrgId) is var owner && owner != user.OrgId)
        {
            // Another organization's user is, for this app or provider, nobody: neither the answer nor the record says more.
            (user, profile, org) = (null, Strangers.Profile, directory.Rows.Orgs[owner]);
            verified = new(new Evidence(verified.Evidence.Presented, Proof.None, CredentialFlaw.UnknownUser));
        }
        var facts = GatheredFacts.Of(
            attempt.Channel, at, attempt.Request.Origin.Address, org?.Facts, profile, user, LockoutState.Clear, attempt.App,
            await consents.AreGivenBeforehandAsync(attempt.Channel, user?.Id, attempt.App), attempt.Device, verified.Evidence);
        // After the directory too: what was closed or announced since then, the batch refuses.
        var oldWay = (await oldWays.CurrentAsync()).Find(facts, attempt.Request);
        if (oldWay.Way is not null)
            facts = facts with { OldWay = oldWay.Way };

        var judged = await writes.CommitAsync(scope => CommitAsync(scope, attempt, user, facts, verified, directory.StampVersion), cancellation);
        if (judged is null)
            return null;
        if (verified.OutdatedPassword is { } outdated && judged.Ruling.Decision is not LoginDecision.Deny)
            await RehashAsync(user!, outdated);
        if (attempt.ProvesAnew && judged.Ruling.Decision is LoginDecision.Allow && BreaksGlass(judged.Facts))
        {
            var from = attempt.Request.Origin.Address?.ToString();
            var administering = directory.Rows.AdministratingProfilesOf(user!.OrgId);
            await breakGlass.TellAsync(user.Id, administering, ChannelWords.Of(attempt.Channel), references.Of(judged.RecordId), from);
        }
        if (oldWay.ProtectedId is { } spared && judged.Ruling.Decision is LoginDecision.Allow)
            await brownOuts.StopSoonAsync([.. oldWay.Spared.Select(window => window.Id)], spared, directory.Rows.AdministratingProfilesOf(user!.OrgId), references.Of(judged.RecordId));
        return OutcomeOf(judged, attempt, user, org);
    }

    /// <summary>Single sign-on is required, and this login went around it.</summary>
    static bool BreaksGlass(LoginFacts facts) =>
        facts.Profile.Sso == SsoMode.Required && facts.User.IsBreakGlass
        && facts.Evidence.Has(Proof.Password | Proof.Passkey) && !facts.Evidence.Has(Proof.SsoAssertion);

    async ValueTask<UserAccount?> FindAsync(LoginAttempt attempt, OrgSnapshot directory) =>
        await FindSubjectAsync(attempt, directory) is { } user && (attempt.OrgId ?? user.OrgId) == user.OrgId ? user : null;

    async ValueTask<UserAccount?> FindSubjectAsync(LoginAttempt attempt, OrgSnapshot directory) => attempt.Subject switch
    {
        LoginSubject.Named named => await accounts.FindByNameAsync(named.Username),
        LoginSubject.Known known => await accounts.FindByIdAsync(known.UserId),
        LoginSubject.RunAs => attempt.App?.App.RunAsUserId is { } id && directory.RunAsUsers.TryGetValue(id, out var user) ? UserAccounts.Of(user) : null,
        _ => null,
    };

    /// <summary>The part that runs in the batch. Null when the facts are no longer those that hold.</summary>
    async ValueTask<Judged?> CommitAsync(
        WriteScope scope, LoginAttempt attempt, UserAccount? user, LoginFacts facts, VerifiedCredentials verified, long stampVersion)
    {
        if (scope.StampVersion != stampVersion)
            return null;
        if (user is not null && facts.Channel.IsGuessable())
        {
            var counters = await scope.Sql.FirstAsync(countersSql, FailureCounters.Read, user.Id);
            if (counters is null || counters.PasswordChangedAt != user.PasswordChangedAt)
                return null;
            facts = facts with { User = facts.User with { Lockout = counters.For(facts.FromTrustedOrigin) } };
        }
        var ruling = LoginPolicy.Decide(facts);
        var assertion = attempt.Assertion;
        // Also by a step that leads to the next: what it proved is remembered, and must not be good a second time elsewhere.
        if (ruling.Decision is not LoginDecision.Deny && verified.Spend is { } spend && !await spend.SpendAsync(scope))
        {
            facts = facts with { Evidence = facts.Evidence with { Flaw = spend.IfSpent } };
            ruling = LoginPolicy.Decide(facts);
            assertion = assertion is null ? null : assertion with { Flaw = AssertionFlaw.Replayed };
        }
        if (user is not null)
            await CountAsync(scope, user, facts, ruling, attempt.ProvesAnew);
        var entry = new LoginEntry(
            facts, ruling, attempt.Request, attempt.App?.ClientId,
            user is null && attempt.Subject is LoginSubject.Named named ? key.KeyedHash("unknown-name", named.Username) : null,
            Refusals.NeedsToken(facts), verified.SecurityTokenId, Elapsed(attempt.Request))
        {
            Assertion = assertion,
        };
        return new(ruling, facts, await LoginHistory.WriteAsync(scope, entry));
    }

    static async ValueTask CountAsync(WriteScope scope, UserAccount user, LoginFacts facts, LoginRuling ruling, bool provesAnew)
    {
        var at = facts.At.ToUnixTimeMilliseconds();
        // An app that acts as somebody is not that person's first login, nor a guess.
        if (!facts.Channel.IsGuessable())
            return;
        if (ruling.Decision is LoginDecision.Allow && user.FirstLoginAt is null)
            await scope.Sql.ExecuteAsync(FirstLoginSql, user.Id, at);
        var trusted = facts.FromTrustedOrigin;
        if (ruling.Decision is LoginDecision.Allow)
        {
            if (provesAnew && facts.User.Lockout.Failures > 0)
                await FailureCounters.WriteAsync(scope.Sql, user.Id, trusted, 0, null);
        }
        else if (Refusals.CountsAsGuess(ruling) && HasGuessableSecret(facts))
            await FailureCounters.WriteAsync(scope.Sql, user.Id, trusted, facts.User.Lockout.AfterFailure(facts.Profile.Lockout, facts.At).Failures, facts.At);
    }

    /// <summary>Nobody guesses at an assertion; and where single sign-on is required, a right guess would open nothing.</summary>
    static bool HasGuessableSecret(LoginFacts facts) =>
        (facts.Evidence.Presented & Proof.SsoAssertion) == Proof.None && !facts.Profile.RequiresSsoOf(facts.User.IsBreakGlass);

    LoginOutcome OutcomeOf(Judged judged, LoginAttempt attempt, UserAccount? user, OrgEntry? org)
    {
        var reference = references.Of(judged.RecordId);
        metrics.Login(EnumNames<LoginChannel>.Of(attempt.Channel), LoginHistory.DecisionWord(judged.Ruling.Decision), judged.Ruling.DecidingRule);
        if (judged.Ruling.Decision is LoginDecision.Deny)
            limits.Count(attempt.Request.Origin.Address, attempt.App is { Settings.IsPublic: false } app && attempt.AppIsProven ? app.ClientId : null); // anybody may name an app
        return judged.Ruling.Decision switch
        {
            LoginDecision.Allow allow => new LoginOutcome.SignedIn(user!, org!, judged.Facts.Profile, allow.Assurance, judged.Facts.At, reference),
            LoginDecision.Challenge challenge => new LoginOutcome.Challenged(challenge.OneOf, reference, user, judged.Facts.Profile, judged.Facts.Evidence.Proven),
            LoginDecision.Deny deny => new LoginOutcome.Refused(deny.Reason, Refusals.IsProven(judged.Ruling), Refusals.AgainstApp(judged.Ruling, attempt.Channel), org?.Org, reference),
            _ => throw new InvalidOperationException("Unknown decision."),
        };
    }

    /// <summary>A hash of fewer rounds than are wanted now is replaced while the password is at hand. The login stands whether or not that succeeds.</summary>
    async Task RehashAsync(UserAccount user, string password)
    {
        try
        {
            var hash = await hashing.HashAsync(password);
            await writes.CommitAsync(scope => scope.Sql.ExecuteAsync(RehashSql, user.Id, user.PasswordHash, hash));
        }
        catch (Exception problem) when (problem is HashingBusyException or DbException)
        {
            // The next login tries again.
        }
    }

    long Elapsed(RequestContext request) => (long)clock.GetElapsedTime(request.StartedAt).TotalMicroseconds;

    sealed record Judged(LoginRuling Ruling, LoginFacts Facts, long RecordId);
}
