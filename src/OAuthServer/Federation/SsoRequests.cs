using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Http;

namespace OAuthServer.Federation;

/// <summary>Why a browser is sent to a provider.</summary>
/// <param name="Purpose">To sign in, to link, to try.</param>
/// <param name="Target">Where it goes afterwards, as the caller writes it.</param>
/// <param name="UserId">Who is signed in here, for linking and trying.</param>
/// <param name="MustBeNew">An earlier sign-in there will not do.</param>
public sealed record SsoErrand(SsoPurpose Purpose, string? Target, string? UserId = null, bool MustBeNew = false);

/// <summary>A browser that came back.</summary>
/// <param name="Handle">The request's handle.</param>
/// <param name="Errand">Why it was sent.</param>
/// <param name="NewerThan">When it was sent, where an earlier sign-in will not do.</param>
public sealed record SsoReturn(string Handle, SsoErrand Errand, DateTimeOffset? NewerThan);

/// <summary>
/// Browsers on their way to a provider and back. A request is bound to the browser by a cookie and to the provider, and is good for one
/// answer: state, RelayState and the SAML request's ID are its handle, nonce and code verifier follow from it, so that nothing of it needs to be
/// kept in clear.
/// </summary>
public sealed class SsoRequests(Database database, MasterKey key, ServerCookies cookies, TimeProvider clock)
{
    /// <summary>How long a person may take at the provider.</summary>
    public static readonly TimeSpan Time = TimeSpan.FromMinutes(15);

    const string Cookie = "sso";
    const string TargetPurpose = "sso-target";

    /// <summary>A new handle: 43 characters of base64url.</summary>
    public static string NewHandle() => RandomId.New(32);

    /// <summary>Begins; the browser gets its cookie.</summary>
    public async Task BeginAsync(HttpContext context, ProviderEntry provider, string handle, SsoErrand errand)
    {
        var now = clock.GetUtcNow();
        // One cookie for all that are under way: two tabs do not disturb each other.
        var browser = cookies.Read(context.Request, Cookie) ?? RandomId.New(32);
        await using var db = database.NewContext();
        db.SsoRequests.Add(new SsoRequest
        {
            Id = IdOf(handle),
            ProviderId = provider.Id,
            BrowserHash = key.KeyedHash("sso-browser", browser),
            Purpose = errand.Purpose,
            UserId = errand.UserId,
            Target = errand.Target is { } target ? key.Protect(TargetPurpose, JsonSerializer.SerializeToUtf8Bytes(target)) : null,
            NewerThan = errand.MustBeNew ? now : null,
            CreatedAt = now,
            ExpiresAt = now + Time,
        });
        await db.SaveChangesAsync();
        cookies.Set(context.Response, Cookie, browser, Time);
    }

    /// <summary>True when the browser brought the cookie of some request: a form that another site sent brings none.</summary>
    public bool IsBrowserKnown(HttpContext context) => cookies.Read(context.Request, Cookie) is not null;

    /// <summary>Uses a request up: for exactly one caller, ever. Null when it is none of this browser's and this provider's, or its time is over.</summary>
    public async Task<SsoReturn?> TakeAsync(HttpContext context, ProviderEntry provider, string? handle)
    {
        if (handle is not { Length: 43 } || cookies.Read(context.Request, Cookie) is not { } browser)
            return null;
        var (id, browserHash, now) = (IdOf(handle), key.KeyedHash("sso-browser", browser), clock.GetUtcNow());
        await using var db = database.NewContext();
        if (await db.SsoRequests.Where(r => r.Id == id && r.ProviderId == provider.Id && r.BrowserHash == browserHash && r.UsedAt == null && r.ExpiresAt > now)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.UsedAt, now)) != 1)
            return null;
        var row = await db.SsoRequests.AsNoTracking().SingleAsync(r => r.Id == id);
        var target = row.Target is { } sealedTarget ? JsonSerializer.Deserialize<string>(key.Unprotect(TargetPurpose, sealedTarget)) : null;
        return new(handle, new(row.Purpose, target, row.UserId, row.NewerThan is not null), row.NewerThan);
    }

    /// <summary>The nonce of an OpenID request.</summary>
    public string NonceOf(string handle) => key.KeyedHash("sso-nonce", handle);

    /// <summary>The PKCE verifier of an OpenID request (RFC 7636): 43 characters.</summary>
    public string VerifierOf(string handle) => key.KeyedHash("sso-verifier", handle);

    /// <summary>The ID of a SAML request: an NCName.</summary>
    public static string MessageIdOf(string handle) => "_" + handle;

    /// <summary>The handle of a SAML answer: the RelayState, or where the provider lost that, from what the answer says to be in response to.</summary>
    public static string? HandleOf(string? relayState, string? inResponseTo) =>
        relayState is { Length: 43 } ? relayState : inResponseTo is ['_', .. { Length: 43 } handle] ? handle : null;

    string IdOf(string handle) => key.KeyedHash("sso-request", handle);
}
