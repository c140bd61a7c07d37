using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Http;

namespace OAuthServer.Tokens;

/// <summary>A key that signs, or waits to, or is still published for the tokens it signed.</summary>
public sealed class RingKey : IDisposable
{
    readonly ConcurrentBag<AsymmetricAlgorithm> idle = [];
    readonly byte[] pkcs8;

    internal RingKey(SigningKey row, byte[] pkcs8)
    {
        (Kid, Algorithm, ActivatesAt, RetiresAt) = (row.Kid, row.Algorithm, row.ActivatesAt, row.RetiresAt);
        this.pkcs8 = pkcs8;
        using var key = Open();
        PublicJwk = PublicPart(key);
        Verifier = VerificationKey.FromSet(JsonSerializer.SerializeToElement(new { keys = new[] { PublicJwk } })).Single();
    }

    public string Kid { get; }

    public string Algorithm { get; }

    public DateTimeOffset ActivatesAt { get; }

    public DateTimeOffset? RetiresAt { get; }

    /// <summary>The public half as the key set shows it (RFC 7517).</summary>
    public IReadOnlyDictionary<string, string> PublicJwk { get; }

    public VerificationKey Verifier { get; }

    /// <summary>Signs (RFC 7518 sections 3.3 and 3.4) into the buffer and returns how long the signature is.</summary>
    public int Sign(ReadOnlySpan<byte> data, Span<byte> signature)
    {
        // .NET's key objects are not documented as safe for several threads; clones cost less than a lock.
        if (!idle.TryTake(out var key))
            key = Open();
        try
        {
            return key switch
            {
                ECDsa ec => ec.SignData(data, signature, HashAlgorithmName.SHA256),
                RSA rsa => rsa.SignData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
                _ => throw new InvalidOperationException("Unknown kind of key."),
            };
        }
        finally
        {
            idle.Add(key);
        }
    }

    /// <summary>A new private key, PKCS#8.</summary>
    internal static byte[] Generate(string algorithm)
    {
        using AsymmetricAlgorithm key = algorithm == "ES256" ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : RSA.Create(2048);
        return key.ExportPkcs8PrivateKey();
    }

    AsymmetricAlgorithm Open()
    {
        AsymmetricAlgorithm key = Algorithm == "ES256" ? ECDsa.Create() : RSA.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        return key;
    }

    Dictionary<string, string> PublicPart(AsymmetricAlgorithm key)
    {
        var jwk = new Dictionary<string, string>(StringComparer.Ordinal) { ["kid"] = Kid, ["use"] = "sig", ["alg"] = Algorithm };
        if (key is ECDsa ec)
        {
            var q = ec.ExportParameters(includePrivateParameters: false).Q;
            (jwk["kty"], jwk["crv"], jwk["x"], jwk["y"]) = ("EC", "P-256", Base64Url.EncodeToString(q.X), Base64Url.EncodeToString(q.Y));
        }
        else
        {
            var rsa = ((RSA)key).ExportParameters(includePrivateParameters: false);
            (jwk["kty"], jwk["n"], jwk["e"]) = ("RSA", Base64Url.EncodeToString(rsa.Modulus), Base64Url.EncodeToString(rsa.Exponent));
        }
        return jwk;
    }

    public void Dispose()
    {
        while (idle.TryTake(out var key))
            key.Dispose();
    }
}

/// <summary>The published keys at one change stamp.</summary>
/// <param name="Keys">All that are published.</param>
/// <param name="Json">The key set as it goes on the wire.</param>
public sealed record KeySet(IReadOnlyList<RingKey> Keys, byte[] Json)
{
    /// <summary>
    /// The key that signs at this instant: the youngest one whose time has come. Where none has, because this clock is behind the one
    /// that made the first keys, the one that comes first: it is published, and there was none before it.
    /// </summary>
    public RingKey Current(string algorithm, DateTimeOffset at)
    {
        RingKey? current = null;
        RingKey? first = null;
        foreach (var key in Keys)
        {
            if (key.Algorithm != algorithm)
                continue;
            if (key.ActivatesAt <= at && (current is null || key.ActivatesAt > current.ActivatesAt))
                current = key;
            if (first is null || key.ActivatesAt < first.ActivatesAt)
                first = key;
        }
        return current ?? first ?? throw new InvalidOperationException($"There is no {algorithm} signing key; run doctor.");
    }
}

/// <summary>
/// The signing keys. Owns their life: made, published ahead of their first signature so that every cache has seen them, retired
/// when the last token they signed has expired. Private keys are read here and leave only as signatures.
/// </summary>
public sealed class SigningKeyRing(Database database, ChangeWatch changes, MasterKey master, KeyOptions options, TimeProvider clock) : IDisposable
{
    /// <summary>The purpose under which private keys are sealed.</summary>
    public const string Purpose = "signing-key";

    /// <summary>No token lives longer than this, whatever an app's settings say.</summary>
    public static readonly TimeSpan LongestToken = TimeSpan.FromHours(24);

    /// <summary>How soon keys can be replaced again: whoever verifies tokens is to keep up.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromHours(1);

    /// <summary>Longer than any node needs to hear of a change.</summary>
    static readonly TimeSpan Moment = TimeSpan.FromSeconds(10);

    /// <summary>How long a key is still published when another signs.</summary>
    static readonly TimeSpan PublishedAfter = LongestToken + TimeSpan.FromMinutes(5);

    static readonly string[] Algorithms = ["ES256", "RS256"];

    /// <summary>How many algorithms have a key that is young enough; none while some key is over.</summary>
    const string SettledSql = """
        SELECT COUNT(*) FROM (SELECT algorithm FROM signing_keys GROUP BY algorithm HAVING MAX(activates_at) > @p0) AS settled
        WHERE NOT EXISTS (SELECT 1 FROM signing_keys WHERE retires_at <= @p1)
        """;

    readonly StampedCopy<KeySet> copy = new(database, changes, db => LoadAsync(db, master, clock));

    public async ValueTask<KeySet> CurrentAsync() => (await copy.CurrentAsync()).Rows;

    /// <summary>Makes what is due, retires what is over. Called at start and every few minutes; several nodes may call at once.</summary>
    public async Task RotateAsync(CancellationToken cancellation = default)
    {
        var now = clock.GetUtcNow();
        var rotateAfter = TimeSpan.FromDays(options.RotateAfterDays);
        var ahead = TimeSpan.FromHours(options.PublishAheadHours);
        // Nearly always nothing is due, and a start should not wait for EF Core to hear it.
        var youngEnough = (now + ahead - rotateAfter).ToUnixTimeMilliseconds();
        if (await database.ReadAsync(SettledSql, row => row.GetInt64(0), youngEnough, now.ToUnixTimeMilliseconds()) == Algorithms.Length)
            return;
        await using var db = database.NewContext();
        var rows = await db.SigningKeys.ToListAsync(cancellation);
        var changed = false;
        foreach (var algorithm in Algorithms)
        {
            var newest = rows.Where(key => key.Algorithm == algorithm).MaxBy(key => key.ActivatesAt);
            if (newest is not null && newest.ActivatesAt + rotateAfter > now + ahead)
                continue;
            var activates = newest is null ? now : Max(newest.ActivatesAt + rotateAfter, now + ahead);
            // Named by its turn, so that of two nodes that rotate at once only one can insert.
            var turn = newest?.ActivatesAt.ToUnixTimeSeconds() ?? 0;
            var row = new SigningKey
            {
                Kid = master.KeyedHash("kid", $"{algorithm}/{turn}")[..16],
                Algorithm = algorithm,
                ActivatesAt = activates,
                PrivateKey = master.Protect(Purpose, RingKey.Generate(algorithm)),
            };
            db.SigningKeys.Add(row);
            if (newest is not null)
                newest.RetiresAt = activates + PublishedAfter;
            changed = true;
        }
        foreach (var over in rows.Where(key => key.RetiresAt <= now))
        {
            db.SigningKeys.Remove(over);
            changed = true;
        }
        if (!changed)
            return;
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException)
        {
            // Another node was faster; its keys are the keys.
        }
        await changes.RefreshAsync();
    }

    /// <summary>
    /// Adds new keys to the caller's unit of work, which the caller saves: they sign in a moment, when every node has seen them, and not
    /// after the usual time ahead, so that verifiers who do not know them fetch the key set once more. Keys that wait for their turn have
    /// signed nothing and go; those that have signed stay published until their last token has expired.
    /// </summary>
    /// <returns>The new keys; null when the last such change is younger than <see cref="Pause"/>.</returns>
    public async Task<IReadOnlyList<SigningKey>?> ReplaceAsync(ServerDb db, CancellationToken cancellation = default)
    {
        var now = clock.GetUtcNow();
        var activates = now + Moment;
        var rows = await db.SigningKeys.ToListAsync(cancellation);
        if (rows.Exists(key => key.ActivatesAt > now - Pause && key.ActivatesAt <= activates))
            return null;
        var made = new List<SigningKey>();
        foreach (var algorithm in Algorithms)
        {
            var present = rows.FindAll(key => key.Algorithm == algorithm);
            // Named by what it replaces, so that of two at once only one can insert.
            var replaced = present.Count == 0 ? 0 : present.Max(key => key.ActivatesAt).ToUnixTimeSeconds();
            made.Add(new SigningKey
            {
                Kid = master.KeyedHash("kid", $"{algorithm}/{replaced}/at-once")[..16],
                Algorithm = algorithm,
                ActivatesAt = activates,
                PrivateKey = master.Protect(Purpose, RingKey.Generate(algorithm)),
            });
            db.SigningKeys.RemoveRange(present.Where(key => key.ActivatesAt > now));
            foreach (var old in present.Where(key => key.ActivatesAt <= now))
                old.RetiresAt = old.RetiresAt is { } earlier && earlier < activates + PublishedAfter && !IsCurrent(old, present, now) ? earlier : activates + PublishedAfter;
        }
        db.SigningKeys.AddRange(made);
        return made;
    }

    static bool IsCurrent(SigningKey key, List<SigningKey> ofAlgorithm, DateTimeOffset now) =>
        ofAlgorithm.Where(other => other.ActivatesAt <= now).MaxBy(other => other.ActivatesAt) == key;

    static DateTimeOffset Max(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    static async Task<KeySet> LoadAsync(ServerDb db, MasterKey master, TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        var rows = await db.SigningKeys.AsNoTracking().OrderBy(key => key.ActivatesAt).ToListAsync();
        var keys = rows.Where(row => row.RetiresAt is null || row.RetiresAt > now)
            .Select(row => new RingKey(row, master.Unprotect(Purpose, row.PrivateKey))).ToList();
        return new(keys, JsonSerializer.SerializeToUtf8Bytes(new { keys = keys.Select(key => key.PublicJwk) }));
    }

    public void Dispose() => copy.Dispose();
}
