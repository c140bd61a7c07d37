using System.Globalization;
using OAuthServer.Apps;
using OAuthServer.Data;

namespace OAuthServer.Configuration;

/// <summary>The secrets of an app, by name. Their values are compared as keyed hashes and never shown.</summary>
static class SecretStep
{
    internal static void Run(ApplyRun run, ConnectedApp app, List<AppSecret> present, IReadOnlyList<DeclaredAppSecret> declared)
    {
        foreach (var secret in declared)
        {
            if (present.Find(row => row.Name == secret.Name) is { } row)
                Update(run, app, row, secret);
            else if (secret.Value.IsKept)
                run.Kept($"{Label(secret.Name, app)} is to be kept, but there is none; write \"env:NAME\" or \"file:path\", or make one with apps add-secret");
            else
                Make(run, app, secret);
        }
        foreach (var row in present.Where(row => !declared.Any(secret => secret.Name == row.Name)))
            run.NotDeclared(row, $"{Label(row.Name, app)} ({LastUse([row])})");
    }

    /// <summary>Whether somebody would miss the secrets.</summary>
    internal static string LastUse(IEnumerable<AppSecret> secrets) =>
        secrets.Max(secret => secret.LastUsedAt) is { } at
            ? string.Create(CultureInfo.InvariantCulture, $"last used {at.UtcDateTime:yyyy-MM-dd HH:mm} UTC")
            : "never used";

    static void Make(ApplyRun run, ConnectedApp app, DeclaredAppSecret declared)
    {
        var value = declared.Value.IsGenerated ? FirstPasswords.GenerateSecret() : declared.Value.Value;
        run.Db.Add(new AppSecret
        {
            AppId = app.Id,
            Name = declared.Name,
            Hash = Hash(run, value),
            CreatedAt = run.Now,
            ExpiresAt = Stored(declared.ExpiresAt),
        });
        run.Made(Label(declared.Name, app));
        if (declared.Value.IsGenerated)
            run.Generated(new($"secret \"{declared.Name}\"", app.ClientId, value));
    }

    static void Update(ApplyRun run, ConnectedApp app, AppSecret row, DeclaredAppSecret declared)
    {
        var before = ApplyRun.Json(new { row.ExpiresAt });
        row.ExpiresAt = Stored(declared.ExpiresAt);
        run.Changed(Label(row.Name, app), before, ApplyRun.Json(new { row.ExpiresAt }));
        // One that was generated stays: it was shown once and is in use.
        if (declared.Value.IsGenerated || declared.Value.IsKept || MasterKey.HashesEqual(row.Hash, Hash(run, declared.Value.Value)))
            return;
        (row.Hash, row.CreatedAt, row.LastUsedAt) = (Hash(run, declared.Value.Value), run.Now, null);
        run.Changed($"{Label(row.Name, app)}: another value");
    }

    static string Hash(ApplyRun run, string value) => run.Key.KeyedHash(ClientAuthenticator.SecretPurpose, value);

    // The database keeps milliseconds; finer text in a file would differ for ever.
    static DateTimeOffset? Stored(DateTimeOffset? at) =>
        at is { } exact ? DateTimeOffset.FromUnixTimeMilliseconds(exact.ToUnixTimeMilliseconds()) : null;

    static string Label(string name, ConnectedApp app) => $"secret \"{name}\" of app \"{app.ClientId}\"";
}
