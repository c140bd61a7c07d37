using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Administration;
using OAuthServer.Administration.Apps;
using OAuthServer.Administration.Integrations;
using OAuthServer.Administration.Overview;
using OAuthServer.Administration.Policies;
using OAuthServer.Administration.Replay;
using OAuthServer.Administration.Server;
using OAuthServer.Administration.SignIns;
using OAuthServer.Data;
using OAuthServer.Tests.Administration.Integrations;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration;

/// <summary>Each list, and what each page asks for besides, is found by an index: a million logins and a hundred thousand people are as quick as a hundred.</summary>
[Collection(nameof(ServersCollection))]
public sealed class ListPlanTests(Servers servers)
{
    /// <summary>There are few of these, however many people and logins there are: what every login is judged by, of which the server keeps a copy, and single rows.</summary>
    static readonly string[] Small =
        ["organizations", "profiles", "profile_versions", "profile_uses", "identity_providers", "provider_metadata", "provider_domains", "trusted_networks", "trial_changes", "integration_marks", "change_stamps", "signing_keys", "service_provider_keys", "connected_apps", "app_secrets"];

    static readonly string[] Orders = ["lastSeen", "score"];

    static readonly (string Members, string LastSeen, string Score)[] Filters =
    [
        ("", "IX_integrations_org_id_last_seen_at_id (org_id=?", "IX_integrations_org_id_score_id (org_id=?"),
        ("\"stage\":\"proven\"", "IX_integrations_org_id_stage_last_seen_at_id (org_id=? AND stage=?", "IX_integrations_org_id_stage_score_id (org_id=? AND stage=?"),
        ("\"clientId\":\"erp\"", "IX_integrations_org_id_client_id_last_seen_at_id (org_id=? AND client_id=?", "IX_integrations_org_id_client_id_score_id (org_id=? AND client_id=?"),
        ("\"presents\":\"password\"", "IX_integrations_org_id_last_seen_at_id (org_id=?", "IX_integrations_org_id_score_id (org_id=?"),
        ("\"presents\":\"refresh\"", "IX_integrations_org_id_last_seen_at_id (org_id=?", "IX_integrations_org_id_score_id (org_id=?"),
        ("\"trusted\":true", "IX_integrations_org_id_last_seen_at_id (org_id=?", "IX_integrations_org_id_score_id (org_id=?"),
        ("\"network\":\"Head office\"", "IX_integrations_org_id_last_seen_at_id (org_id=?", "IX_integrations_org_id_score_id (org_id=?"),
        ("\"trusted\":false", "IX_integrations_org_id_last_seen_at_id (org_id=?", "IX_integrations_org_id_score_id (org_id=?"),
    ];

    public static TheoryData<string, string> IntegrationLists => [.. Filters.SelectMany(filter => Orders.SelectMany(order => new[] { "", order == "score" ? "50.x" : "1790000000000.x" }.Select(after => (
        $$"""{"order":"{{order}}"{{(filter.Members.Length > 0 ? "," + filter.Members : "")}}{{(after.Length > 0 ? $",\"after\":\"{after}\"" : "")}}}""",
        order == "score" ? filter.Score + (after.Length > 0 ? " AND score<?" : "") : filter.LastSeen + (after.Length > 0 ? " AND last_seen_at<?" : "")))))];

    [Theory]
    [MemberData(nameof(IntegrationLists))]
    public async Task Integrations_are_walked_in_their_order_from_where_the_last_part_ended(string filter, string index)
    {
        var (db, org) = await AnyAsync();
        await using var context = db;
        var input = (ListIntegrations)AdminInput.Read(typeof(ListIntegrations), JsonNode.Parse(filter)!.AsObject()).Input!;
        var steps = await QueryPlans.OfAsync(db, (await IntegrationQuery.OfAsync(db, org, input, CancellationToken.None)).Take(51));
        Assert.True(steps.Count == 1 && steps[0].StartsWith("SEARCH i USING INDEX " + index, StringComparison.Ordinal), string.Join("; ", steps));
    }

    /// <summary>Of one user there are at most 300, and what one person answers for has been given to that person by hand.</summary>
    [Theory]
    [InlineData("user", "(org_id=? AND user_id=?)")]
    [InlineData("owner", "(org_id=? AND owner_id=?")]
    public async Task Integrations_of_one_person_are_found_by_the_person(string member, string index)
    {
        var (db, org) = await AnyAsync();
        await using var context = db;
        foreach (var order in Enum.GetValues<IntegrationOrder>())
        {
            var input = member == "user" ? new ListIntegrations(User: "x@y.test", Order: order) : new ListIntegrations(Owner: "x@y.test", Order: order);
            var steps = await QueryPlans.OfAsync(db, (await IntegrationQuery.OfAsync(db, org, input, CancellationToken.None)).Take(51));
            Assert.True(steps.Any(step => step.StartsWith("SEARCH i USING INDEX", StringComparison.Ordinal) && step.Contains(index, StringComparison.Ordinal)) && !steps.Any(step => step.StartsWith("SCAN i ", StringComparison.Ordinal)), string.Join("; ", steps));
        }
    }

    [Fact]
    public async Task What_the_pages_ask_for_besides_walks_an_index_in_its_order()
    {
        var (db, org) = await AnyAsync();
        await using var context = db;
        var now = DateTimeOffset.UnixEpoch.AddYears(56);
        var draft = new Draft { Id = "d", OrgId = org, Content = "", SavedBy = "", SavedAt = now };
        await WalksAsync(db, IntegrationScoring.Stale(db, org, 20_000).Take(500), "IX_integrations_org_id_scored_on (org_id=? AND scored_on<?)");
        var call = new AdminCall(new() { Id = org, Name = "" }, new(null, "", AuditDoor.Page, null, "", now), null, null, CancellationToken.None);
        await WalksAsync(db, MailOperations.Newest(db, call, null), "IX_outbox_messages_org_id_created_at_id (org_id=?)");
        await WalksAsync(db, MailOperations.Newest(db, call, new(now, "m")), "IX_outbox_messages_org_id_created_at_id (org_id=? AND created_at<?)");
        await WalksAsync(db, DraftOperations.Newest(db, org, null, null).Take(51), "IX_drafts_org_id_saved_at_id (org_id=?)");
        await WalksAsync(db, DraftOperations.Newest(db, org, null, draft).Take(51), "IX_drafts_org_id_saved_at_id (org_id=? AND saved_at<?)");
        await WalksAsync(db, PolicyTestOperations.Named(db, org, null).Take(51), "IX_policy_tests_org_id_name (org_id=?)");
        await WalksAsync(db, PolicyTestOperations.Named(db, org, "m").Take(51), "IX_policy_tests_org_id_name (org_id=? AND name>?)");
        await WalksAsync(db, TokenUserOperations.Users(db, org, now, "m").Take(51), "IX_users_org_id_normalized_username (org_id=? AND normalized_username>?)");
        await WalksAsync(db, TokenUserOperations.Records(db, "005", now), "IX_login_records_user_id_at (user_id=? AND at>?)");
        await WalksAsync(db, BuiltInOperations.ByApp(db, org, "PlatformCLI").Take(51), "IX_login_records_org_id_client_id_id (org_id=? AND client_id=?)");
        await WalksAsync(db, BuiltInOperations.BySoap(db, org).Take(51), "IX_login_records_org_id_channel_id (org_id=? AND channel=?)");
        await WalksAsync(db, IntegrationStages.Planned(db, null), "IX_integrations_new_client_id");
        await WalksAsync(db, db.Users.Where(user => user.OrgId == org && user.Status == OAuthServer.Policy.UserStatus.Active), "IX_users_org_id_status (org_id=? AND status=?)");
        foreach (var (way, index) in IntegrationFinding.Ways(db, org, "erp", ["005"]).Zip(["sqlite_autoindex_integrations_1 (id=?)", "(org_id=? AND user_id=?)", "(org_id=? AND client_id>? AND client_id<?)", "IX_integrations_org_id_client_id (org_id=? AND client>? AND client<?)"]))
            await WalksAsync(db, way.Take(8), index);

        static async Task WalksAsync<T>(ServerDb db, IQueryable<T> query, string index)
        {
            var steps = await QueryPlans.OfAsync(db, query);
            Assert.True(steps.Any(step => step.Contains(index, StringComparison.Ordinal)) && !steps.Any(step => step.Contains("ORDER BY", StringComparison.Ordinal)), $"{index}: {string.Join("; ", steps)}");
        }
    }

    /// <summary>Every SELECT behind the operations that lists and reports are made of: nothing that grows with people or logins is read from its one end to the other.</summary>
    [Fact]
    public async Task No_operation_reads_a_table_whole()
    {
        var server = await servers.OnAsync("SQLite");
        var scene = await DeskScene.NewAsync(server);
        (await scene.OldLoginAsync()).IsAllowed();
        var (line, profile) = (await scene.LineAsync(), (await scene.User.RowAsync()).ProfileId);
        await using var db = server.Database.NewContext();
        var now = server.Clock.GetUtcNow();
        var name = (await db.Profiles.FindAsync([profile], TestContext.Current.CancellationToken))!.Name;
        db.AddRange(
            new Job { Id = "plan-" + scene.Org.Id, OrgId = scene.Org.Id, Kind = "replay", State = JobState.Cancelled, Input = "{}", Actor = "{}", CreatedAt = now, FinishedAt = now },
            new Draft { Id = "plan-" + scene.Org.Id, OrgId = scene.Org.Id, Kind = DraftKind.Networks, Content = "[]", SavedBy = "test", SavedAt = now },
            new BrownOut { Id = "plan-" + scene.Org.Id, OrgId = scene.Org.Id, StartsAt = now.AddDays(-2), EndsAt = now.AddDays(-1), Selection = "{}", AnnouncedBy = "test", AnnouncedAt = now });
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        var made = "plan-" + scene.Org.Id;
        (string Operation, string Input)[] asked =
        [
            ("setup.overview", "{}"), ("setup.find", """{"q":"user"}"""), ("setup.find", """{"q":"7K3M-2QPD"}"""), ("system.outbox", "{}"), ("users.count", "{}"),
            ("users.list", "{}"), ("users.list", """{"search":"a"}"""), ("users.list", """{"usesToken":true,"dormantDays":30,"withoutFactor":true}"""), ("users.get", $$"""{"user":"{{scene.User.Username}}"}"""),
            ("sign-ins.token-users", "{}"), ("sign-ins.token-users", """{"after":"a"}"""), ("sign-ins.list", "{}"), ("sign-ins.list", """{"from":"2026-01-01T00:00:00Z","until":"2030-01-01T00:00:00Z"}"""),
            ("integrations.list", "{}"), ("integrations.list", """{"order":"score"}"""), ("integrations.burn-down", "{}"), ("integrations.get", $$"""{"integration":"{{line.Id}}"}"""),
            ("brown-outs.list", "{}"), ("brown-outs.list", $$"""{"after":"{{made}}"}"""), ("brown-outs.impact", $$"""{"startsAt":"{{now.AddDays(1):O}}","endsAt":"{{now.AddDays(2):O}}"}"""),
            ("apps.list", "{}"), ("apps.list", """{"after":"a"}"""), ("apps.get", $$"""{"app":"{{scene.App.ClientId}}"}"""), ("providers.list", "{}"), ("audit.list", "{}"), ("audit.list", """{"object":"a","after":"9"}"""),
            ("jobs.list", "{}"), ("jobs.list", $$"""{"after":"{{made}}"}"""), ("jobs.lines", $$"""{"job":"{{made}}"}"""), ("jobs.lines", $$"""{"job":"{{made}}","outcome":"refused","after":"9"}"""),
            ("drafts.list", "{}"), ("drafts.list", $$"""{"profile":"{{name}}","after":"{{made}}"}"""), ("policy-tests.list", "{}"), ("policy-tests.run", """{"after":"a"}"""), ("policy-tests.count", "{}"),
            ("profiles.list", "{}"), ("profiles.get", $$"""{"profile":"{{name}}"}"""), ("profiles.versions", $$"""{"profile":"{{name}}"}"""), ("profiles.impact", $$"""{"profile":"{{name}}"}"""), ("trials.list", "{}"), ("networks.list", "{}"),
        ];
        var found = new List<string>();
        foreach (var (operationName, body) in asked)
        {
            var operation = server.Services.GetRequiredService<AdminCatalogue>().Find(operationName)!;
            var (input, flaws) = AdminInput.Read(operation.Input, JsonNode.Parse(body)!.AsObject());
            Assert.True(input is not null, $"{operationName}: {string.Join(", ", flaws)}");
            var plans = await QueryPlans.WhileAsync(db, async () => Assert.Null((await operation.RunAsync(await scene.CallAsync(operationName), input)).Refusal));
            Assert.NotEmpty(plans);
            found.AddRange(plans.SelectMany(plan => QueryPlans.ReadWhole(plan.Sql, plan.Steps).Except(Small, StringComparer.Ordinal).Select(table => $"{operationName} reads {table}: {plan.Sql}\n  {string.Join("\n  ", plan.Steps)}")));
        }
        Assert.True(found.Count == 0, string.Join("\n", found.Distinct(StringComparer.Ordinal)));
    }

    /// <summary>The proof above would see one: a condition that no index knows.</summary>
    [Fact]
    public async Task A_table_that_is_read_whole_is_seen()
    {
        var (db, _) = await AnyAsync();
        await using var context = db;
        var plan = Assert.Single(await QueryPlans.WhileAsync(db, () => db.LoginRecords.AnyAsync(record => record.UserAgent == "x")));
        Assert.Equal(["login_records"], QueryPlans.ReadWhole(plan.Sql, plan.Steps));
    }

    async Task<(ServerDb Db, string OrgId)> AnyAsync() => ((await servers.OnAsync("SQLite")).Database.NewContext(), "00D");
}
