using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Administration;
using OAuthServer.Data;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration;

/// <summary>An organization with an administrator, who asks for operations as the API would.</summary>
sealed class SystemScene
{
    SystemScene(TestServer server, TestOrg org, TestUser administrator) => (Server, Org, Administrator) = (server, org, administrator);

    internal TestServer Server { get; }

    internal TestOrg Org { get; }

    internal TestUser Administrator { get; }

    internal static async Task<SystemScene> NewAsync(TestServer server)
    {
        var org = await TestOrg.AddAsync(server);
        var scene = new SystemScene(server, org, await org.UserAsync(new() { Permissions = new() { Administrator = true } }));
        await server.NoticeAsync();
        return scene;
    }

    internal T Get<T>()
        where T : notnull => Server.Services.GetRequiredService<T>();

    internal async Task<AdminCall> CallAsync(string operation, string? ifMatch = null, AuditDoor door = AuditDoor.Api)
    {
        await using var db = Server.Database.NewContext();
        var org = await db.Organizations.AsNoTracking().SingleAsync(row => row.Id == Org.Id, TestContext.Current.CancellationToken);
        return new(org, new(Administrator.Id, Administrator.Username, door, "192.0.2.7", operation, Server.Clock.GetUtcNow()), null, ifMatch, TestContext.Current.CancellationToken);
    }

    internal async Task<List<AuditEntry>> TrailAsync()
    {
        await using var db = Server.Database.NewContext();
        return await db.AuditEntries.AsNoTracking().Where(entry => entry.OrgId == Org.Id).OrderBy(entry => entry.Id).ToListAsync(TestContext.Current.CancellationToken);
    }

    internal static JsonElement Json(string text) => JsonSerializer.Deserialize<JsonElement>(text);
}

/// <summary>Short ways to look at answers.</summary>
static class Answers
{
    internal static T Done<T>(this AdminAnswer<T> answer)
    {
        Assert.True(answer.Refusal is null, answer.Refusal is AdminRefusal.Invalid invalid ? string.Join('\n', invalid.Flaws) : answer.Refusal?.ToString());
        return answer.Value!;
    }

    internal static IReadOnlyList<AdminFlaw> Flaws(this AdminAnswer answer) => Assert.IsType<AdminRefusal.Invalid>(answer.Refusal).Flaws;

    internal static async Task<byte[]> BytesAsync(this AdminFile file)
    {
        using var stream = new MemoryStream();
        await file.WriteAsync(stream, TestContext.Current.CancellationToken);
        return stream.ToArray();
    }
}
