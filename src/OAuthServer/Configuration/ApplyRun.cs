using System.Text.Json;
using System.Text.Json.Nodes;
using OAuthServer.Data;

namespace OAuthServer.Configuration;

/// <summary>One run over all organizations: what it works with, and the lines it writes.</summary>
sealed class ApplyRun
{
    readonly List<string> changes = [];
    readonly List<string> kept = [];
    readonly List<GeneratedSecret> generated = [];
    readonly List<NewUser> newUsers = [];
    readonly List<NewUser> withoutPassword = [];
    readonly List<string> closed = [];

    internal required ServerDb Db { get; init; }

    internal required MasterKey Key { get; init; }

    internal required FirstPasswords Passwords { get; init; }

    internal required bool Prune { get; init; }

    internal required string AppliedBy { get; init; }

    internal required DateTimeOffset Now { get; init; }

    internal ApplyReport Report => new() { Changes = changes, Kept = kept, Generated = generated, NewUsers = newUsers, WithoutPassword = withoutPassword };

    /// <summary>Users who may not come in any more: their sessions end in the same transaction.</summary>
    internal IReadOnlyList<string> ClosedUsers => closed;

    internal void Closed(User user) => closed.Add(user.Id);

    internal void Made(string what) => changes.Add($"+ {what}");

    internal void Generated(GeneratedSecret secret) => generated.Add(secret);

    internal void Activated(User user) => newUsers.Add(Of(user));

    internal void MadeWithoutPassword(User user) => withoutPassword.Add(Of(user));

    /// <summary>Writes a line for each difference; true when there is one.</summary>
    internal bool Changed(string what, JsonNode? before, JsonNode? after)
    {
        var lines = JsonDiff.Lines(before, after).Select(line => $"~ {what}: {line}").ToList();
        changes.AddRange(lines);
        return lines.Count > 0;
    }

    internal void Changed(string what) => changes.Add($"~ {what}");

    /// <summary>Removes what the files no longer declare, or says that it stays.</summary>
    internal void NotDeclared(object row, string what)
    {
        if (Prune)
            Removed(row, what);
        else
            Kept($"{what} is not in the files; prune removes it");
    }

    internal void Removed(object row, string what)
    {
        Db.Remove(row);
        changes.Add($"- {what}");
    }

    internal void Kept(string line) => kept.Add($"! {line}");

    static NewUser Of(User user) => new(user.Id, user.OrgId, user.ProfileId, user.Username, user.Email);

    /// <summary>Values as they are written in files, to be compared.</summary>
    internal static JsonNode Json<T>(T values) => JsonSerializer.SerializeToNode(values, SettingsJson.Options)!;
}
