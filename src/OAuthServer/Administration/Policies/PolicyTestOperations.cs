using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Http;
using OAuthServer.Orgs;

namespace OAuthServer.Administration.Policies;

/// <summary>A part of the list of policy tests.</summary>
/// <param name="Limit">How many; 50 unless told, at most 500.</param>
/// <param name="After">The name after which it goes on.</param>
public sealed record ListPolicyTests(int? Limit = null, string? After = null);

/// <summary>A policy test.</summary>
/// <param name="Test">Its name.</param>
/// <param name="IsDeclared">It came from the configuration.</param>
/// <param name="Login">The example with the answer it must get, as a test file says it.</param>
/// <param name="Version">What to send as the version seen, to change just this state of it.</param>
public sealed record PolicyTestLine(string Test, bool IsDeclared, JsonElement Login, string Version);

/// <summary>How the policy tests stand.</summary>
/// <param name="All">How many there are.</param>
/// <param name="Failed">How many do not get the answer they must get.</param>
public sealed record PolicyTestCounts(int All, int Failed);

/// <summary>A policy test to be saved.</summary>
/// <param name="Test">Its name, unique in the organization.</param>
/// <param name="Login">The example with the answer it must get, as a test file says it.</param>
public sealed record SavePolicyTest(string Test, JsonElement Login);

/// <summary>A policy test by its name.</summary>
public sealed record PolicyTestName(string Test);

/// <summary>Policy tests: example logins with the answer they must get, run at every save of policy.</summary>
public sealed class PolicyTestOperations(Database database, PolicyTestRuns runs) : IAdminOperations
{
    const string Page = "/setup/policies/tests";
    const int Most = 500;
    const int LongestName = 80;

    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Read<ListPolicyTests, AdminPage<PolicyTestLine>>("policy-tests.list", "/policy-tests", Page, "List policy tests.", ListAsync),
        AdminOperation.Read<PolicyTestName, PolicyTestLine>("policy-tests.get", "/policy-tests/{test}", Page, "Show a policy test.", GetAsync),
        AdminOperation.Change<SavePolicyTest, PolicyTestResult>("policy-tests.save", "PUT", "/policy-tests/{test}", Page, "Save a policy test, and say what comes of it now.", SaveAsync).Versioned(),
        AdminOperation.Change<PolicyTestName, Nothing>("policy-tests.delete", "DELETE", "/policy-tests/{test}", Page, "Remove a policy test.", DeleteAsync).Versioned().Stops("policy-tests.run"),
        AdminOperation.Read<Nothing, PolicyTestCounts>("policy-tests.count", "/policy-tests/counts", Page, "Run all policy tests under the policy that is live, and count those that fail.", CountAsync),
        AdminOperation.Read<ListPolicyTests, AdminPage<PolicyTestResult>>("policy-tests.run", "/policy-tests/results", Page, "Run policy tests under the policy that is live, in the order of their names.", RunAsync),
    ];

    public async Task<AdminAnswer<AdminPage<PolicyTestLine>>> ListAsync(AdminCall call, ListPolicyTests input)
    {
        if (Paging.Refuse(input.Limit) is { } refusal)
            return refusal;
        await using var db = database.NewContext();
        var (shown, next) = await PartAsync(db, call, input);
        return new AdminPage<PolicyTestLine>([.. shown.Select(LineOf)], next);
    }

    public async Task<AdminAnswer<PolicyTestLine>> GetAsync(AdminCall call, PolicyTestName input)
    {
        await using var db = database.NewContext();
        return await FindAsync(db, call, input.Test) is { } test ? ((AdminAnswer<PolicyTestLine>)LineOf(test)).WithVersion(VersionOf(test)) : new AdminRefusal.NotFound("test");
    }

    public async Task<AdminAnswer<PolicyTestResult>> SaveAsync(AdminCall call, SavePolicyTest input)
    {
        if (string.IsNullOrWhiteSpace(input.Test) || input.Test.Length > LongestName || input.Test.Any(char.IsControl) || input.Test is "results" or "counts")
            return new AdminRefusal.Invalid("test", $"must be 1 to {LongestName} characters, and neither \"results\" nor \"counts\".");
        if (SentJson.Example(input.Login, out var refusal) is not { } example)
            return refusal!;
        await using var db = call.Begin(database);
        await using var transaction = await PolicyLock.BeginAsync(db, call.Cancellation);
        var test = await FindAsync(db, call, input.Test);
        if (test is null && await db.PolicyTests.CountAsync(t => t.OrgId == call.Org.Id, call.Cancellation) >= Most)
            return new AdminRefusal.Conflict("too-many-tests", $"There are {Most} policy tests already.", "They are run at every save; remove some first.");
        if (call.IfMatch is not null && (test is null || call.HasSeenAnother(VersionOf(test))))
            return new AdminRefusal.Changed();
        if (test is null)
            db.Add(test = new() { Id = RandomId.New(16), OrgId = call.Org.Id, Name = input.Test, Content = "" });
        test.Content = SettingsJson.Write(example);
        await db.SaveChangesAsync(call.Cancellation);
        var policy = await OrgPolicy.LoadAsync(db, call.Org.Id, call.Cancellation);
        var result = await runs.RunAsync(db, policy, [(test.Name, example)], call.Cancellation);
        await transaction.CommitAsync(call.Cancellation);
        return ((AdminAnswer<PolicyTestResult>)result[0]).WithVersion(VersionOf(test));
    }

    public async Task<AdminAnswer<Nothing>> DeleteAsync(AdminCall call, PolicyTestName input)
    {
        await using var db = call.Begin(database);
        if (await FindAsync(db, call, input.Test) is not { } test)
            return new AdminRefusal.NotFound("test");
        if (call.HasSeenAnother(VersionOf(test)))
            return new AdminRefusal.Changed();
        db.Remove(test);
        await db.SaveChangesAsync(call.Cancellation);
        return new Nothing();
    }

    public async Task<AdminAnswer<AdminPage<PolicyTestResult>>> RunAsync(AdminCall call, ListPolicyTests input)
    {
        if (Paging.Refuse(input.Limit) is { } refusal)
            return refusal;
        await using var db = database.NewContext();
        var (shown, next) = await PartAsync(db, call, input);
        return new AdminPage<PolicyTestResult>(await runs.RunAsync(db, await OrgPolicy.LoadAsync(db, call.Org.Id, call.Cancellation), shown, call.Cancellation), next);
    }

    public async Task<AdminAnswer<PolicyTestCounts>> CountAsync(AdminCall call, Nothing input)
    {
        await using var db = database.NewContext();
        var results = await runs.RunAsync(db, await OrgPolicy.LoadAsync(db, call.Org.Id, call.Cancellation), call.Cancellation);
        return new PolicyTestCounts(results.Count, results.Count(result => !result.Passed));
    }

    static async Task<(IReadOnlyList<PolicyTest> Shown, string? Next)> PartAsync(ServerDb db, AdminCall call, ListPolicyTests input) =>
        Paging.Cut(await Named(db, call.Org.Id, input.After).Take(Paging.Size(input.Limit) + 1).ToListAsync(call.Cancellation), input.Limit, test => test.Name);

    /// <summary>The organization's tests after a name, in the order of their names, as the database compares them.</summary>
    internal static IQueryable<PolicyTest> Named(ServerDb db, string orgId, string? after)
    {
        var tests = db.PolicyTests.AsNoTracking().Where(test => test.OrgId == orgId);
#pragma warning disable CA1309 // the database compares, as it orders
        return (after is null ? tests : tests.Where(test => string.Compare(test.Name, after) > 0)).OrderBy(test => test.Name);
#pragma warning restore CA1309
    }

    static PolicyTestLine LineOf(PolicyTest row) => new(row.Name, row.IsDeclared, JsonElement.Parse(row.Content), VersionOf(row));

    static string VersionOf(PolicyTest test) => ContentVersion.Of(Encoding.UTF8.GetBytes(test.Content));

    static Task<PolicyTest?> FindAsync(ServerDb db, AdminCall call, string name) => db.PolicyTests.SingleOrDefaultAsync(t => t.OrgId == call.Org.Id && t.Name == name, call.Cancellation);
}
