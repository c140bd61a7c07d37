using Microsoft.EntityFrameworkCore;
using OAuthServer.Administration.SignIns;
using OAuthServer.Login;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration;

/// <summary>Each way to look through the login history walks an index in its order, so that a million records are as quick as a hundred.</summary>
[Collection(nameof(ServersCollection))]
public sealed class SignInPlanTests(Servers servers)
{
    public static TheoryData<SignInFilter, string> Ways => new()
    {
        { new(), "(org_id=?)" },
        { new(App: "app"), "IX_login_records_org_id_client_id_id" },
        { new(Address: "192.0.2.1"), "IX_login_records_org_id_source_address_id" },
        { new(Channel: LoginChannel.Device), "IX_login_records_org_id_channel_id" },
        { new(Network: "Head office"), "IX_login_records_org_id_trusted_network_id" },
        { new(Rule: "WithinLoginHours"), "IX_login_records_org_id_deciding_rule_id" },
        { new(Decision: "deny"), "IX_login_records_org_id_decision_id" },
        { new(Token: TokenUse.Used), "ix_login_records_token_used" },
        { new(Token: TokenUse.UsedNotNeeded), "ix_login_records_token_used" },
        { new(Token: TokenUse.Missing), "IX_login_records_org_id_deciding_rule_id" },
        { new(User: "{user}"), "IX_login_records_user_id_at" },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Every_filter_walks_an_index_in_its_order(SignInFilter filter, string index)
    {
        var stop = TestContext.Current.CancellationToken;
        var scene = await AdminScene.NewAsync(await servers.OnAsync("SQLite"));
        var wanted = filter with { User = filter.User is null ? null : scene.Admin.Username };
        await using var db = scene.Server.Database.NewContext();
        var (records, refusal) = await RecordQuery.OfAsync(db, await scene.CallAsync("sign-ins.list"), wanted, scene.Room<LoginReferences>());
        Assert.Null(refusal);
        await using var command = records!.Take(51).CreateDbCommand();
        command.CommandText = "EXPLAIN QUERY PLAN " + command.CommandText;
        await db.Database.OpenConnectionAsync(stop);
        var plan = new List<string>();
        await using (var reader = await command.ExecuteReaderAsync(stop))
        {
            while (await reader.ReadAsync(stop))
                plan.Add(reader.GetString(3));
        }
        Assert.True(plan.Exists(step => step.StartsWith("SEARCH l USING INDEX", StringComparison.Ordinal) && step.Contains(index, StringComparison.Ordinal)), string.Join("; ", plan));
        Assert.DoesNotContain(plan, step => step.Contains("TEMP B-TREE", StringComparison.Ordinal) || step.StartsWith("SCAN", StringComparison.Ordinal));
    }
}
