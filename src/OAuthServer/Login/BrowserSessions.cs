using System.Text;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Accounts;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Http;
using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Login;

/// <summary>A person signed in at this browser, as of this request.</summary>
/// <param name="Session">The session's row.</param>
/// <param name="User">The account's row.</param>
/// <param name="Profile">The policy that applies to it.</param>
/// <param name="Org">Its organization.</param>
public sealed record SignedInBrowser(BrowserSession Session, User User, ProfileFacts Profile, OrgEntry Org)
{
    /// <summary>How the person proved itself.</summary>
    public Assurance Assurance => new(Session.Proven, Session.TrustedNetwork);
}

/// <summary>
/// Browser sessions. Owns how a browser is recognised: a random secret in a cookie, its keyed hash in a row that can be listed and
/// ended, another secret after every sign-in. It never decides who may sign in: it is given what the gate allowed.
/// </summary>
public sealed class BrowserSessions(
    Database database, OrgDirectory orgs, IdentityProviders providers, MasterKey key, ServerCookies cookies, RequestOrigins origins, TimeProvider clock)
{
    const string Cookie = "session";
    const string Purpose = "browser-session";
    const string HintPurpose = "provider-hint";
    static readonly TimeSpan SeenEvery = TimeSpan.FromMinutes(1);

    /// <summary>Who is signed in at the browser that sent this request; null when nobody is, or no longer may be.</summary>
    public async ValueTask<SignedInBrowser?> CurrentAsync(HttpContext context)
    {
        if (context.Features.Get<Found>() is not { } found)
            context.Features.Set(found = new(await FindAsync(context)));
        return found.Browser;
    }

    /// <summary>
    /// Keeps a sign-in that the gate allowed, under a new secret. Whoever else was signed in at this browser is signed out; the same
    /// person's session goes on under its own <c>sid</c>.
    /// </summary>
    /// <param name="context">The browser's request.</param>
    /// <param name="login">What the gate allowed.</param>
    /// <param name="channel">What it was judged for.</param>
    /// <param name="answeredRequestId">The app's request that it answers.</param>
    /// <param name="provider">The session at the identity provider that vouched; null keeps what the session has.</param>
    /// <param name="authenticatedAt">When the person signed in at that provider; null = now.</param>
    /// <returns>Null when the password was changed, or the account made safe, since the gate looked at it.</returns>
    public async Task<SignedInBrowser?> StartAsync(
        HttpContext context, LoginOutcome.SignedIn login, LoginChannel channel, string? answeredRequestId, ProviderSession? provider = null, DateTimeOffset? authenticatedAt = null)
    {
        var now = clock.GetUtcNow();
        var present = await CurrentAsync(context);
        var secret = RandomId.New(32);
        await using var db = database.NewContext();
        if (present is not null && present.User.Id != login.User.Id)
            await EndAsync(present.Session.Id);
        // Under the lock of those changes: they have ended every session they found, and this one must not slip in behind them.
        await using var transaction = await AccountLock.BeginAsync(db, login.User.Id, now, CancellationToken.None);
        var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == login.User.Id);
        if (user.PasswordChangedAt != login.User.PasswordChangedAt || user.MustChangePassword != login.User.MustChangePassword || user.Status != UserStatus.Active)
            return null;
        var session = present?.User.Id == login.User.Id ? await db.BrowserSessions.SingleOrDefaultAsync(s => s.Id == present.Session.Id) : null;
        if (session is null)
        {
            session = new BrowserSession { Id = RandomId.New(16), Hash = "", UserId = login.User.Id, StartedAt = now };
            db.BrowserSessions.Add(session);
        }
        session.Hash = key.KeyedHash(Purpose, secret);
        session.Proven = login.Assurance.Proven;
        session.TrustedNetwork = login.Assurance.TrustedNetwork;
        session.ProfileVersion = login.Profile.Version;
        session.Channel = channel;
        session.AnsweredRequestId = answeredRequestId;
        session.AuthenticatedAt = authenticatedAt < login.At ? authenticatedAt.Value : login.At;
        if (provider is not null)
            SetProvider(session, provider);
        session.LastSeenAt = now;
        session.SourceAddress = origins.Of(context).Address?.ToString();
        session.UserAgent = RequestContext.Of(context, origins, clock).UserAgent;
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
        cookies.Set(context.Response, Cookie, secret);
        var browser = new SignedInBrowser(session, user, login.Profile, login.Org);
        context.Features.Set(new Found(browser));
        return browser;
    }

    void SetProvider(BrowserSession session, ProviderSession provider)
    {
        session.ProviderId = provider.ProviderId;
        session.ProviderSubject = provider.Subject;
        session.ProviderSessionId = provider.SessionId;
        session.ProviderHint = provider.Hint is { } hint ? key.Protect(HintPurpose, Encoding.UTF8.GetBytes(hint)) : null;
        session.EndsAt = provider.EndsAt;
    }

    /// <summary>The session at the identity provider that vouched for this one; null when none did.</summary>
    public ProviderSession? ProviderOf(BrowserSession session) => session is { ProviderId: { } id, ProviderSubject: { } subject }
        ? new(id, subject, session.ProviderSessionId, session.ProviderHint is { } hint ? Encoding.UTF8.GetString(key.Unprotect(HintPurpose, hint)) : null, session.EndsAt)
        : null;

    /// <summary>Ends the sessions that a provider has ended: of this person there, or of this one session there.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> EndOfProviderAsync(string providerId, string? subject, string? sessionId)
    {
        await using var db = database.NewContext();
        var ended = await db.BrowserSessions.AsNoTracking()
            .Where(s => s.ProviderId == providerId && s.EndedAt == null
                && (subject == null || s.ProviderSubject == subject) && (sessionId == null || s.ProviderSessionId == sessionId) && (subject != null || sessionId != null))
            .Select(s => s.Id).ToListAsync();
        foreach (var id in ended)
            await EndAsync(id);
        return ended.Count;
    }

    /// <summary>
    /// Lets this browser go on after a change that ends every session, by the person who has just made it: under another <c>sid</c> and
    /// another secret, and no longer than the session it takes the place of.
    /// </summary>
    public async Task<SignedInBrowser> ContinueAsync(HttpContext context, SignedInBrowser present)
    {
        var (old, secret) = (present.Session, RandomId.New(32));
        await EndAsync(old.Id);
        await using var db = database.NewContext();
        var session = new BrowserSession
        {
            Id = RandomId.New(16),
            Hash = key.KeyedHash(Purpose, secret),
            UserId = old.UserId,
            Proven = old.Proven,
            TrustedNetwork = old.TrustedNetwork,
            ProfileVersion = old.ProfileVersion,
            Channel = old.Channel,
            SourceAddress = old.SourceAddress,
            UserAgent = old.UserAgent,
            StartedAt = old.StartedAt,
            AuthenticatedAt = old.AuthenticatedAt,
            LastSeenAt = clock.GetUtcNow(),
            ProviderId = old.ProviderId,
            ProviderSubject = old.ProviderSubject,
            ProviderSessionId = old.ProviderSessionId,
            ProviderHint = old.ProviderHint,
            EndsAt = old.EndsAt,
        };
        db.BrowserSessions.Add(session);
        await db.SaveChangesAsync();
        cookies.Set(context.Response, Cookie, secret);
        var browser = present with { Session = session };
        context.Features.Set(new Found(browser));
        return browser;
    }

    /// <summary>Ends the session of this browser, if there is one, and forgets the cookie.</summary>
    public async Task<SignedInBrowser?> EndAsync(HttpContext context)
    {
        var present = await CurrentAsync(context);
        if (present is not null)
            await EndAsync(present.Session.Id);
        cookies.Delete(context.Response, Cookie);
        context.Features.Set(new Found(null));
        return present;
    }

    /// <summary>Ends one session, at whatever browser it is.</summary>
    public async Task EndAsync(string sessionId)
    {
        var now = clock.GetUtcNow();
        await using var db = database.NewContext();
        await db.BrowserSessions.Where(s => s.Id == sessionId && s.EndedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.EndedAt, now));
        await PendingSignIns.EndOfSessionAsync(db, sessionId);
    }

    async Task<SignedInBrowser?> FindAsync(HttpContext context)
    {
        if (cookies.Read(context.Request, Cookie) is not { } secret)
            return null;
        var hash = key.KeyedHash(Purpose, secret);
        var now = clock.GetUtcNow();
        await using var db = database.NewContext();
        var row = await db.BrowserSessions.AsNoTracking().Where(s => s.Hash == hash && s.EndedAt == null)
            .Join(db.Users.AsNoTracking(), s => s.UserId, u => u.Id, (session, user) => new { session, user })
            .SingleOrDefaultAsync();
        if (row is null)
            return null;
        var directory = (await orgs.CurrentAsync()).Rows;
        if (!directory.Profiles.TryGetValue(row.user.ProfileId, out var profile) || !directory.Orgs.TryGetValue(row.user.OrgId, out var org))
            return null;
        var browser = new SignedInBrowser(row.session, row.user, profile, org);
        if (!Stands(browser, origins.Of(context), now) || !await IsVouchedForAsync(row.session))
            return null;
        if (now - row.session.LastSeenAt >= SeenEvery)
        {
            await db.BrowserSessions.Where(s => s.Id == row.session.Id && s.LastSeenAt < now)
                .ExecuteUpdateAsync(set => set.SetProperty(s => s.LastSeenAt, now));
        }
        return browser;
    }

    /// <summary>The account is in order, and the session within its profile's times and address.</summary>
    static bool Stands(SignedInBrowser browser, RequestOrigin origin, DateTimeOffset now) =>
        browser.User.Status == UserStatus.Active
        && browser.Org.Facts.Status == OrgStatus.Open
        && now < browser.Session.StartedAt + browser.Profile.SessionLifetime
        && !(now >= browser.Session.EndsAt)
        && now < browser.Session.LastSeenAt + browser.Profile.SessionIdleTimeout
        && (!browser.Profile.SessionBoundToAddress || browser.Session.SourceAddress == origin.Address?.ToString());

    /// <summary>No provider vouched, or the one that did is still there and switched on.</summary>
    async ValueTask<bool> IsVouchedForAsync(BrowserSession session) =>
        session.ProviderId is not { } id || (await providers.CurrentAsync()).FindById(id) is { Row.IsActive: true };

    sealed record Found(SignedInBrowser? Browser);
}
