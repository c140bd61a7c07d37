using System.Text.Json;
using OAuthServer.Administration;
using OAuthServer.Administration.People;
using OAuthServer.Administration.People.Import;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration.People;

/// <summary>Another organization's people are not there, on every operation that names one.</summary>
[Collection(nameof(ServersCollection))]
public sealed class OtherOrganizationTests(Servers servers)
{
    [Fact]
    public async Task Every_operation_on_another_organizations_user_finds_nothing_and_changes_nothing()
    {
        var server = await servers.OnAsync("SQLite");
        var (mine, other) = (await PeopleScene.NewAsync(server), await PeopleScene.NewAsync(server));
        var victim = await other.Test.UserAsync();
        await server.NoticeAsync();
        IAdminOperations[] rooms = [mine.Room<UserListOperations>(), mine.Room<UserOperations>(), mine.Room<UserStatusOperations>(), mine.Room<UserCredentialOperations>(), mine.Room<LeaverOperations>(), mine.Room<ImportOperations>()];
        var named = rooms.SelectMany(room => room.All).Where(operation => operation.PathMembers.Contains("user")).ToList();
        Assert.True(named.Count >= 14, named.Count.ToString(System.Globalization.CultureInfo.InvariantCulture));
        foreach (var operation in named)
        {
            foreach (var name in new[] { victim.Username, "nobody@nowhere.test" })
            {
                var input = JsonSerializer.Deserialize(JsonSerializer.Serialize(new { User = name, To = mine.Admin.Username, Step = 0 }), operation.Input)!;
                var answer = await operation.RunAsync(mine.Call(operation.Name), input);
                Assert.True(answer.Refusal is AdminRefusal.NotFound { Kind: "user" }, $"{operation.Name}: {answer.Refusal}");
            }
        }
        Assert.Empty(await other.TrailAsync(victim.Id));
        Assert.IsType<AdminRefusal.NotFound>((await mine.Room<LeaverOperations>().HandOverAsync(mine.Call("users.hand-over"), new(mine.Admin.Username, victim.Username))).Refusal);
    }
}
