using System.Net;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Accounts;
using OAuthServer.Data;
using OAuthServer.Http;
using OAuthServer.Policy;

namespace OAuthServer.Login;

/// <summary>
/// Browsers that have been made known (login policy, section 3, rule 12). Owns the cookie by which one is recognised, and a row for
/// each user who signed in there: for a year, and not beyond a change of that user's password. It decides nothing.
/// </summary>
public sealed class KnownDevices(Database database, MasterKey key, ServerCookies cookies, SignInNotices notices, TimeProvider clock)
{
    /// <summary>How long a browser is known after it was last used.</summary>
    public static readonly TimeSpan Time = TimeSpan.FromDays(365);

    const string Cookie = "device";

    /// <summary>What the rules may know of this browser, for this user. Somebody who is nobody costs the same look.</summary>
    public async Task<DeviceFacts> FactsAsync(HttpContext context, string? userId)
    {
        if (cookies.Read(context.Request, Cookie) is not { } secret)
            return new(IsKnown: false);
        var hash = HashOf(userId ?? "", secret);
        var now = clock.GetUtcNow();
        await using var db = database.NewContext();
        return new(await db.KnownDevices.AnyAsync(device => device.Hash == hash && device.ExpiresAt > now));
    }

    /// <summary>Makes this browser known for a user who has just signed in there, and tells the owner by mail when it or its network is new.</summary>
    public async Task RememberAsync(HttpContext context, LoginOutcome.SignedIn login, RequestContext request)
    {
        var now = clock.GetUtcNow();
        var secret = cookies.Read(context.Request, Cookie) ?? RandomId.New(32);
        var hash = HashOf(login.User.Id, secret);
        await using var db = database.NewContext();
        await using var transaction = await db.Database.BeginTransactionAsync();
        var until = now + Time;
        var wasKnown = await db.KnownDevices.Where(device => device.Hash == hash && device.ExpiresAt > now)
            .ExecuteUpdateAsync(set => set.SetProperty(d => d.LastUsedAt, now).SetProperty(d => d.ExpiresAt, until)) == 1;
        if (!wasKnown)
            await AddAsync(db, hash, login.User.Id, request.UserAgent, now);
        // The very first sign-in is no news to whoever activated the account a minute ago.
        var isNews = login.User.FirstLoginAt is not null && (!wasKnown || !await HasSignedInFromAsync(db, login, request.Origin.Address));
        if (isNews)
            notices.AddNewDevice(db, await db.Users.AsNoTracking().SingleAsync(u => u.Id == login.User.Id), request.Origin.Address?.ToString(), request.UserAgent);
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
        if (isNews)
            notices.Saved();
        cookies.Set(context.Response, Cookie, secret, Time);
    }

    /// <summary>Makes this browser known again, which was known until its user has just replaced the password at it.</summary>
    public async Task MakeKnownAsync(HttpContext context, string userId, string? userAgent)
    {
        if (cookies.Read(context.Request, Cookie) is not { } secret)
            return;
        await using var db = database.NewContext();
        await AddAsync(db, HashOf(userId, secret), userId, userAgent, clock.GetUtcNow());
        await db.SaveChangesAsync();
    }

    static async Task AddAsync(ServerDb db, string hash, string userId, string? userAgent, DateTimeOffset now)
    {
        await db.KnownDevices.Where(device => device.Hash == hash).ExecuteDeleteAsync();
        db.KnownDevices.Add(new KnownDevice
        {
            Hash = hash,
            UserId = userId,
            UserAgent = userAgent is { Length: > 200 } ? userAgent[..200] : userAgent,
            CreatedAt = now,
            LastUsedAt = now,
            ExpiresAt = now + Time,
        });
    }

    string HashOf(string userId, string secret) => key.KeyedHash("known-device", userId + ":" + secret);

    /// <summary>An allowed login of this user from the caller's network (IPv4 /16, IPv6 /32 or thereabouts) is in the history, before this one.</summary>
    static async Task<bool> HasSignedInFromAsync(ServerDb db, LoginOutcome.SignedIn login, IPAddress? from)
    {
        if (from is null)
            return true;
        var text = from.ToString();
        var separator = from.AddressFamily == AddressFamily.InterNetwork ? '.' : ':';
        var network = string.Join(separator, text.Split(separator).Take(2)) + separator;
        return await db.LoginRecords.AnyAsync(record =>
            record.UserId == login.User.Id && record.At < login.At && record.Decision == "allow" && record.SourceAddress!.StartsWith(network));
    }
}
