using System.Diagnostics;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration;

/// <summary>How fast the administrators' pages are. Run by hand: <c>-explicit only -class "*PagesBench"</c>; PAGES_RECORDS and PAGES_USERS say of how many.</summary>
public sealed class PagesBench
{
    static readonly string[] Paths =
    [
        "/setup", "/setup/find?q=bench-07", "/setup/sign-ins", "/setup/sign-ins?decision=deny", "/setup/sign-ins?decision=challenge", "/setup/sign-ins?token=Used", "/setup/sign-ins?token=UsedNotNeeded",
        "/setup/sign-ins?token=Missing", "/setup/sign-ins?rule=WithinLoginHours", "/setup/sign-ins?channel=SamlBearer", "/setup/sign-ins?network=Head%20office", "/setup/sign-ins?app=nobody",
        "/setup/sign-ins?address=192.0.2.250", "/setup/sign-ins?until=2026-02-10", "/setup/sign-ins/token-users", "/setup/integrations", "/setup/people", "/setup/people?search=bench-07", "/setup/policies",
        "/setup/networks", "/setup/apps", "/setup/system", "/setup/system/audit", "/setup/system/outbox", "/setup/policies/replay", "/setup/policies/tests",
    ];

    [Fact(Explicit = true), Trait("Kind", "Child")]
    public async Task Of_a_million_records_and_a_hundred_thousand_people()
    {
        await using var server = await TestServer.StartAsync();
        var scene = await AdminScene.NewAsync(server);
        var watch = Stopwatch.StartNew();
        await GeneratedHistory.WriteAsync(server.Database, scene.Org.Id, Number("PAGES_RECORDS", 1_000_000), server.Clock.GetUtcNow());
        Say("records written", watch);
        await PeopleAsync(scene, Number("PAGES_USERS", 100_000));
        Say("people written", watch);
        await server.NoticeAsync();
        for (var round = 0; round < 2; round++)
        {
            foreach (var path in Paths)
            {
                watch.Restart();
                var page = await scene.Browser.GetAsync(path);
                Say($"{path}: {(int)page.Status}", watch);
            }
        }

        static void Say(string what, Stopwatch watch) => TestContext.Current.SendDiagnosticMessage($"{watch.Elapsed.TotalMilliseconds,9:0} ms  {what}");
    }

    static int Number(string name, int usual) => int.Parse(Environment.GetEnvironmentVariable(name) ?? usual.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    static async Task PeopleAsync(AdminScene scene, int count)
    {
        await using var db = scene.Server.Database.NewContext();
        await db.Database.ExecuteSqlAsync($"""
            WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {count})
            INSERT INTO users (id, org_id, profile_id, username, normalized_username, email, first_name, last_name, language, time_zone, status, is_break_glass, is_declared,
                must_change_password, trusted_failures, untrusted_failures, created_at, updated_at)
            SELECT printf('005bench%07d', i), {scene.Org.Id}, {scene.Admin.ProfileId}, printf('bench-%06d@example.test', i), printf('bench-%06d@example.test', i), printf('bench-%06d@mail.test', i),
                'Bench', printf('Person %06d', i), 'en_US', 'UTC', 'Active', 0, 0, 0, 0, 0, 0, 0 FROM n
            """);
    }
}
