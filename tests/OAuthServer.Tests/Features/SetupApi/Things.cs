using System.Data.Common;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Administration;
using OAuthServer.Data;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.SetupApi;

/// <summary>An organization with one of everything that an operation names, and what else an operation is asked with.</summary>
static class Things
{
    /// <summary>Makes one of each, by the member that names it in a path.</summary>
    internal static async Task<Dictionary<string, string>> OfAsync(AdminScene scene)
    {
        var user = await scene.Org.UserAsync();
        await scene.Server.NoticeAsync();
        var answer = await user.LoginAsync(scene.App, TestServer.Outside);
        var now = scene.Server.Clock.GetUtcNow();
        await using var db = scene.Server.Database.NewContext();
        var profile = (await db.Profiles.FindAsync(user.ProfileId))!;
        var draft = new Draft { Id = RandomId.New(16), OrgId = scene.Org.Id, Kind = DraftKind.Networks, Content = "[]", SavedBy = "test", SavedAt = now };
        var trial = new TrialChange { Id = RandomId.New(16), OrgId = scene.Org.Id, Kind = "networks", ObjectId = scene.Org.Id, Before = "[]", After = "[]", SavedBy = "test", SavedAt = now, RevertsAt = now.AddDays(3000) };
        var job = new Job { Id = RandomId.New(16), OrgId = scene.Org.Id, Kind = "replay", State = JobState.Cancelled, Input = "{}", Actor = "{}", CreatedAt = now, FinishedAt = now };
        var integration = new Integration
        {
            Id = RandomId.New(16),
            OrgId = scene.Org.Id,
            UserId = user.Id,
            ClientId = scene.App.ClientId,
            Network = "somewhere",
            Client = "curl",
            FirstSeenAt = now,
            LastSeenAt = now,
            Summary = "{}",
        };
        var test = new PolicyTest { Id = RandomId.New(16), OrgId = scene.Org.Id, Name = "test " + RandomId.New(16), Content = "{}" };
        var window = new BrownOut { Id = RandomId.New(16), OrgId = scene.Org.Id, StartsAt = now.AddDays(3000), EndsAt = now.AddDays(3001), Selection = "{}", AnnouncedBy = "test", AnnouncedAt = now };
        var provider = await scene.Org.ProviderAsync(ScriptedProvider.Settings());
        var audit = new AuditEntry { OrgId = scene.Org.Id, At = now, Actor = "test", Door = AuditDoor.Cli, Operation = "test", ObjectKind = "user", ObjectId = user.Id, ObjectName = user.Username };
        var mail = new OutboxMessage { Id = RandomId.New(16), OrgId = scene.Org.Id, Recipient = (await user.RowAsync()).Email, Subject = "x", Body = [1], CreatedAt = now, NextAttemptAt = now.AddDays(1), Attempts = 3, LastError = "away" };
        db.AddRange(draft, trial, job, integration, test, window, audit, mail);
        await db.SaveChangesAsync();
        return new(StringComparer.Ordinal)
        {
            ["user"] = user.Username,
            ["profile"] = profile.Name,
            ["app"] = scene.App.ClientId,
            ["secret"] = "first",
            ["reference"] = answer.Reference!,
            ["line"] = answer.Reference!,
            ["provider"] = provider.Row.Name,
            ["draft"] = draft.Id,
            ["trial"] = trial.Id,
            ["job"] = job.Id,
            ["integration"] = integration.Id,
            ["test"] = test.Name,
            ["brownOut"] = window.Id,
            ["entry"] = audit.Id.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["id"] = audit.Id.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["system.outbox-retry:id"] = mail.Id,
            ["version"] = "1",
        };
    }

    /// <summary>Every row of the database that is theirs or speaks of what is, so that two looks can be compared.</summary>
    /// <param name="server">On the embedded database.</param>
    /// <param name="orgId">Whose.</param>
    /// <param name="things">What was made there; a mail, for one, does not say whose it is.</param>
    internal static async Task<IReadOnlyList<string>> RowsAsync(TestServer server, string orgId, IReadOnlyDictionary<string, string> things)
    {
        await using var db = server.Database.NewContext();
        var connection = db.Database.GetDbConnection();
        await connection.OpenAsync();
        var rows = new List<(string Text, string? Id)>();
        foreach (var table in db.Model.GetEntityTypes().Select(type => type.GetTableName()!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the name of a table
            command.CommandText = $"SELECT * FROM {table}";
#pragma warning restore CA2100
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                rows.Add(Row(table, reader));
        }
        var ids = rows.Where(row => row.Id is not null && row.Text.Contains(orgId, StringComparison.Ordinal)).Select(row => row.Id!).Append(orgId)
            .Concat(things.Values.Where(thing => thing.Length > 10)).Distinct(StringComparer.Ordinal).ToList();
        return [.. rows.Select(row => row.Text).Where(text => ids.Exists(id => text.Contains(id, StringComparison.Ordinal)))];
    }

    static (string Text, string? Id) Row(string table, DbDataReader reader)
    {
        var cells = Enumerable.Range(0, reader.FieldCount).ToDictionary(reader.GetName, i => reader.GetValue(i), StringComparer.Ordinal);
        var text = string.Join(", ", cells.Select(cell => $"{cell.Key}={(cell.Value is byte[] bytes ? Convert.ToHexString(bytes) : cell.Value)}"));
        // What is counted up has no id that says anything elsewhere.
        return ($"{table}: {text}", cells.GetValueOrDefault("id") is string { Length: > 10 } id ? id : null);
    }

    /// <summary>Something for each member that must be there, so that nothing else is wrong with the request.</summary>
    internal static JsonObject Body(AdminOperation operation) => new(
        AdminInput.MembersOf(operation.Input).Where(member => member is { IsRequired: true, IsUpload: false } && !operation.PathMembers.Contains(member.Name))
            .Select(member => KeyValuePair.Create<string, JsonNode?>(member.Name, Sample(member.Type))));

    static JsonNode Sample(Type type) =>
        type == typeof(string) ? "x"
        : type == typeof(bool) ? true
        : type == typeof(int) || type == typeof(long) ? 1
        : type == typeof(DateTimeOffset) ? "2030-01-01T00:00:00Z"
        : type.IsEnum ? System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(Enum.GetNames(type)[0])
        : type.IsAssignableTo(typeof(System.Collections.IEnumerable)) && type != typeof(string) ? new JsonArray()
        : new JsonObject();
}
