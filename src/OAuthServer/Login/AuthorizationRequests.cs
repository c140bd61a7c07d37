using Microsoft.EntityFrameworkCore;
using OAuthServer.Apps;
using OAuthServer.Data;

namespace OAuthServer.Login;

/// <summary>An authorization request that is kept while a person signs in or consents, or until its app sends the browser (RFC 9126).</summary>
public sealed record StoredRequest
{
    /// <summary>Names it in <see cref="BrowserSession.AnsweredRequestId"/>. It is not the handle, and opens nothing.</summary>
    public required string Id { get; init; }

    /// <summary>What stands in the browser's address.</summary>
    public required string Handle { get; init; }

    public required AppEntry App { get; init; }

    public required AuthorizationParameters Parameters { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the person chose to go on as who is signed in (<c>prompt=select_account</c>).</summary>
    public DateTimeOffset? AccountChosenAt { get; init; }

    /// <summary>The person said no.</summary>
    public bool IsDenied { get; init; }

    /// <summary>The app pushed it itself.</summary>
    public bool IsPushed { get; init; }

    /// <summary>Where the browser goes back to when a page is done with it: the hub, as a path of this server.</summary>
    public string AuthorizeUrl => AuthorizationRequests.AuthorizeUrlOf(App, Handle);

    /// <summary>Without the handle, which must not reach a log.</summary>
    public override string ToString() => Id;
}

/// <summary>
/// Authorization requests that wait. Each has a handle, 256 random bits in the browser's address, of which only a keyed hash is
/// kept. A handle is good for one answer and not for one visit: a page may be loaded again. It dies after 90 seconds when nobody
/// came with what an app pushed, and ten minutes after the person came. What is asked is not judged here.
/// </summary>
public sealed class AuthorizationRequests(Database database, AppDirectory apps, MasterKey key, TimeProvider clock)
{
    /// <summary>What a <c>request_uri</c> of this server begins with (RFC 9126 section 2.2).</summary>
    public const string UriPrefix = "urn:ietf:params:oauth:request_uri:";

    /// <summary>How long a pushed request waits for its browser.</summary>
    public static readonly TimeSpan PushedLife = TimeSpan.FromSeconds(90);

    /// <summary>How long a person may take to answer.</summary>
    public static readonly TimeSpan PersonsLife = TimeSpan.FromMinutes(10);

    const string Purpose = "authorization-request";
    const string AnswerSql = "UPDATE authorization_requests SET answered_at = @p1 WHERE id = @p0 AND answered_at IS NULL AND expires_at > @p1";

    /// <summary>Keeps a request.</summary>
    /// <param name="app">Who asks.</param>
    /// <param name="parameters">What.</param>
    /// <param name="isPushed">The app itself has sent it, and no browser has come yet.</param>
    /// <returns>The handle.</returns>
    public async Task<string> StoreAsync(AppEntry app, AuthorizationParameters parameters, bool isPushed)
    {
        var handle = RandomId.New(32);
        var now = clock.GetUtcNow();
        await using var db = database.NewContext();
        db.AuthorizationRequests.Add(new AuthorizationRequest
        {
            Id = IdOf(handle),
            AppId = app.App.Id,
            Parameters = parameters.ToJson(),
            IsPushed = isPushed,
            CreatedAt = now,
            ExpiresAt = now + (isPushed ? PushedLife : PersonsLife),
        });
        await db.SaveChangesAsync();
        return handle;
    }

    /// <summary>The request of a handle; null when there is none, or it has been answered, or its time is over.</summary>
    public async Task<StoredRequest?> FindAsync(string handle)
    {
        if (handle.Length != 43) // 32 bytes
            return null;
        var id = IdOf(handle);
        var now = clock.GetUtcNow();
        await using var db = database.NewContext();
        var row = await db.AuthorizationRequests.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id && r.AnsweredAt == null && r.ExpiresAt > now);
        return row is not null && await apps.FindByIdAsync(row.AppId) is { } app
            ? new()
            {
                Id = row.Id,
                Handle = handle,
                App = app,
                Parameters = AuthorizationParameters.FromJson(row.Parameters),
                CreatedAt = row.CreatedAt,
                AccountChosenAt = row.AccountChosenAt,
                IsDenied = row.DeniedAt is not null,
                IsPushed = row.IsPushed,
            }
            : null;
    }

    /// <summary>The browser has come with a pushed request: from now on it is the person's time that counts. A second visit changes nothing.</summary>
    public async Task VisitAsync(StoredRequest request)
    {
        var (first, until) = (request.CreatedAt + PushedLife, clock.GetUtcNow() + PersonsLife);
        await using var db = database.NewContext();
        await db.AuthorizationRequests.Where(r => r.Id == request.Id && r.IsPushed && r.ExpiresAt == first)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.ExpiresAt, until));
    }

    /// <summary>The person goes on as who is signed in, having been asked (<c>prompt=select_account</c>).</summary>
    public async Task ChooseAccountAsync(StoredRequest request)
    {
        var now = clock.GetUtcNow();
        await using var db = database.NewContext();
        await db.AuthorizationRequests.Where(r => r.Id == request.Id && r.AnsweredAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.AccountChosenAt, now));
    }

    /// <summary>The person said no: the app is told <c>access_denied</c> when the browser is back at the hub.</summary>
    public async Task DenyAsync(StoredRequest request)
    {
        var now = clock.GetUtcNow();
        await using var db = database.NewContext();
        await db.AuthorizationRequests.Where(r => r.Id == request.Id && r.AnsweredAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.DeniedAt, now));
    }

    /// <summary>Uses the request up, in the batch that makes its answer. True for exactly one caller, ever.</summary>
    public async ValueTask<bool> AnswerAsync(WriteScope scope, string id) =>
        await scope.Sql.ExecuteAsync(AnswerSql, id, clock.GetUtcNow().ToUnixTimeMilliseconds()) == 1;

    /// <summary>Where the browser goes with a handle: the hub, as a path of this server.</summary>
    public static string AuthorizeUrlOf(AppEntry app, string handle) =>
        $"/services/oauth2/authorize?client_id={Uri.EscapeDataString(app.ClientId)}&request_uri={Uri.EscapeDataString(UriPrefix + handle)}";

    string IdOf(string handle) => key.KeyedHash(Purpose, handle);
}
