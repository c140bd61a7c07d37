using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Login.Examples;
using OAuthServer.Orgs;

namespace OAuthServer.Administration.Policies;

/// <summary>What came of a policy test.</summary>
/// <param name="Test">Its name.</param>
/// <param name="Passed">It got the answer it must get.</param>
/// <param name="Expected">That answer.</param>
/// <param name="Found">What it got, or why it could not be run.</param>
/// <param name="About">What it stands guard for: <c>profile Standard</c>, <c>user a@example.com</c>, <c>app job</c>.</param>
public sealed record PolicyTestResult(string Test, bool Passed, string Expected, string Found, IReadOnlyList<string> About);

/// <summary>Runs an organization's policy tests under a policy, saved or proposed.</summary>
public sealed class PolicyTestRuns
{
    /// <summary>The tests that fail, each in a line.</summary>
    public async Task<IReadOnlyList<string>> FailuresAsync(ServerDb db, OrgPolicy policy, CancellationToken cancellation) =>
        [.. (await RunAsync(db, policy, cancellation)).Where(result => !result.Passed).Select(result => $"{result.Test}: expected {result.Expected}, got {result.Found}.")];

    /// <summary>All tests, in the order of their names.</summary>
    public async Task<IReadOnlyList<PolicyTestResult>> RunAsync(ServerDb db, OrgPolicy policy, CancellationToken cancellation) =>
        await RunAsync(db, policy, await PolicyTestOperations.Named(db, policy.OrgId, after: null).ToListAsync(cancellation), cancellation);

    /// <summary>These tests, in their order.</summary>
    public Task<IReadOnlyList<PolicyTestResult>> RunAsync(ServerDb db, OrgPolicy policy, IReadOnlyList<PolicyTest> tests, CancellationToken cancellation) =>
        RunAsync(db, policy, [.. tests.Select(test => (test.Name, SettingsJson.Read<ExampleLogin>(test.Content)))], cancellation);

    /// <summary>Examples that need not be saved.</summary>
    public async Task<IReadOnlyList<PolicyTestResult>> RunAsync(
        ServerDb db, OrgPolicy policy, IReadOnlyList<(string Name, ExampleLogin Login)> examples, CancellationToken cancellation)
    {
        var names = examples.Select(example => Usernames.Normalize(example.Login.User ?? "")).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var clients = examples.Select(example => example.Login.App).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var apps = await db.ConnectedApps.AsNoTracking().Where(app => app.OrgId == policy.OrgId && clients.Contains(app.ClientId)).ToListAsync(cancellation);
        var runAs = apps.Select(app => app.RunAsUserId).OfType<string>().ToList();
        var users = await db.Users.AsNoTracking().Where(user => user.OrgId == policy.OrgId && (names.Contains(user.NormalizedUsername) || runAs.Contains(user.Id))).ToListAsync(cancellation);
        return [.. examples.Select(example => Judge(example.Name, example.Login, policy, users, apps))];
    }

    /// <summary>One example with the people and apps it may name.</summary>
    internal static PolicyTestResult Judge(string name, ExampleLogin login, OrgPolicy policy, IReadOnlyCollection<User> users, IReadOnlyCollection<ConnectedApp> apps)
    {
        var expected = ExampleLogins.Expected(login);
        var (cast, problem) = ExampleCasting.Of(login, policy, users, apps);
        if (cast is null)
            return new(name, false, expected, problem!, About(login));
        var result = ExampleLogins.Judge(login, policy, cast);
        return new(name, result.Passed, expected, result.ToString(), About(login));
    }

    static IReadOnlyList<string> About(ExampleLogin login) =>
        [.. new[] { ("profile", login.Profile), ("user", login.User), ("app", login.App) }.Where(one => one.Item2 is not null).Select(one => $"{one.Item1} {one.Item2}")];
}
