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
        AdminOperation.Change<SavePolicyTest, PolicyTestResult>("policy-tests.save", "PUT", "/policy-tests/{test}", Page, "Save a policy test, and say what comes of it now.", SaveAsync).Versioned(),
        AdminOperation.Change<PolicyTestName, Nothing>("policy-tests.delete", "DELETE", "/policy-tests/{test}", Page, "Remove a policy test.", DeleteAsync).Versioned().Stops("policy-tests.run"),
        AdminOperation.Read<Nothing, AdminPage<PolicyTestResult>>("policy-tests.run", "/policy-tests/results", Page, "Run all policy tests under the policy that is live.", RunAsync),
    ];

    public async Task<AdminAnswer<AdminPage<PolicyTestLine>>> ListAsync(AdminCall call, ListPolicyTests input)
    {
        var limit = Math.Clamp(input.Limit ?? 50, 1, 500);
        await using var db = database.NewContext();
        // Never more than a few hundred, and in the same order on both databases.
        var all = await db.PolicyTests.AsNoTracking().Where(t => t.OrgId == call.Org.Id).ToListAsync(call.Cancellation);
        var rows = all.OrderBy(t => t.Name, StringComparer.Ordinal).SkipWhile(t => string.CompareOrdinal(t.Name, input.After ?? "") <= 0).Take(limit + 1).ToList();
        return new AdminPage<PolicyTestLine>(
            [.. rows.Take(limit).Select(row => new PolicyTestLine(row.Name, row.IsDeclared, JsonElement.Parse(row.Content), VersionOf(row)))], rows.Count > limit ? rows[limit - 1].Name : null);
    }

    public async Task<AdminAnswer<PolicyTestResult>> SaveAsync(AdminCall call, SavePolicyTest input)
    {
        if (string.IsNullOrWhiteSpace(input.Test) || input.Test.Length > LongestName || input.Test.Any(char.IsControl) || input.Test == "results")
            return new AdminRefusal.Invalid("test", $"must be 1 to {LongestName} characters, and not \"results\".");
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

    public async Task<AdminAnswer<AdminPage<PolicyTestResult>>> RunAsync(AdminCall call, Nothing input)
    {
        await using var db = database.NewContext();
        return new AdminPage<PolicyTestResult>(await runs.RunAsync(db, await OrgPolicy.LoadAsync(db, call.Org.Id, call.Cancellation), call.Cancellation), null);
    }

    static string VersionOf(PolicyTest test) => ContentVersion.Of(Encoding.UTF8.GetBytes(test.Content));

    static Task<PolicyTest?> FindAsync(ServerDb db, AdminCall call, string name) => db.PolicyTests.SingleOrDefaultAsync(t => t.OrgId == call.Org.Id && t.Name == name, call.Cancellation);
}
