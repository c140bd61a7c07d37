using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace OAuthServer.Data;

/// <summary>
/// The audit trail: what an actor saves is written down in the same transaction, before and after, whichever way it came. Secrets, and
/// what is made of them, are masked.
/// </summary>
public abstract partial class ServerDb
{
    const string Masked = "•••";

    static readonly HashSet<string> Secret = [nameof(User.PasswordHash), nameof(AppSecret.Hash)];
    static readonly HashSet<string> Nested = [nameof(ConnectedApp.Settings), nameof(PolicyTest.Content), nameof(BrownOut.Selection)];

    /// <summary>Says nothing that the entry itself does not say.</summary>
    static readonly HashSet<string> Unsaid = [nameof(User.OrgId), nameof(User.NormalizedUsername), nameof(User.CreatedAt), nameof(User.UpdatedAt), nameof(Profile.Version)];

    /// <summary>Who saves with this context; null where what is saved is nobody's change of the organization, such as a login.</summary>
    public AuditActor? Actor { get; set; }

    /// <summary>Writes down, with the next save, a change that is not made by saving, but by a statement or a service of its own.</summary>
    /// <param name="orgId">Whose organization.</param>
    /// <param name="kind">What kind of thing, such as <c>user</c>.</param>
    /// <param name="id">Which.</param>
    /// <param name="name">Its name for people.</param>
    /// <param name="before">The changed values as they were; never a secret.</param>
    /// <param name="after">The changed values as they are; never a secret.</param>
    public void Audit(string? orgId, string kind, string id, string name, object? before = null, object? after = null)
    {
        if (Actor is { } actor)
            AuditEntries.Add(Entry(actor, new(orgId, kind, id, name), Json(before), Json(after)));

        static JsonNode? Json(object? values) => values is null ? null : JsonSerializer.SerializeToNode(values, SettingsJson.Options);
    }

    async Task WriteAuditAsync(CancellationToken cancellation)
    {
        if (Actor is not { } actor)
            return;
        foreach (var entry in ChangeTracker.Entries().Where(entry => entry.State is EntityState.Added or EntityState.Modified or EntityState.Deleted).ToList())
        {
            if (await ThingOfAsync(entry.Entity, cancellation) is not { } thing)
                continue;
            var (before, after) = JsonChange.Of(
                entry.Entity is ProfileVersion version ? await VersionBeforeAsync(version, cancellation) : entry.State == EntityState.Added ? null : Values(entry, original: true),
                entry.State == EntityState.Deleted ? null : entry.Entity is ProfileVersion now ? JsonNode.Parse(now.Settings) : Values(entry, original: false));
            if (before is not null || after is not null)
                AuditEntries.Add(Entry(actor, thing, before, after));
        }
    }

    static AuditEntry Entry(AuditActor actor, Thing thing, JsonNode? before, JsonNode? after) => new()
    {
        OrgId = thing.OrgId,
        At = actor.At,
        ActorId = actor.UserId,
        Actor = actor.Name,
        Door = actor.Door,
        SourceAddress = actor.From,
        Operation = actor.Operation,
        ObjectKind = thing.Kind,
        ObjectId = thing.Id,
        ObjectName = thing.Name,
        Before = before?.ToJsonString(SettingsJson.Options),
        After = after?.ToJsonString(SettingsJson.Options),
    };

    /// <summary>What a row is to an administrator; null for rows that no administrator changes.</summary>
    async ValueTask<Thing?> ThingOfAsync(object row, CancellationToken cancellation) => row switch
    {
        Organization org => new(org.Id, "organization", org.Id, org.Name),
        OrganizationLogo logo => new(logo.OrgId, "logo", logo.OrgId, "logo"),
        TrustedNetwork network => new(network.OrgId, "networks", network.Name, $"{network.Name} {network.Range}"),
        Profile profile => new(profile.OrgId, "profile", profile.Id, profile.Name),
        ProfileVersion version when await Profiles.FindAsync([version.ProfileId], cancellation) is { } profile => new(profile.OrgId, "profile", profile.Id, profile.Name),
        User user => new(user.OrgId, "user", user.Id, user.Username),
        ConnectedApp app => new(app.OrgId, "app", app.Id, app.ClientId),
        AppSecret secret when await ConnectedApps.FindAsync([secret.AppId], cancellation) is { } app => new(app.OrgId, "app", app.Id, $"{app.ClientId}, secret {secret.Name}"),
        IdentityProvider provider => new(provider.OrgId, "provider", provider.Id, provider.Name),
        FederatedIdentity identity when await Users.FindAsync([identity.UserId], cancellation) is { } user => new(user.OrgId, "user", user.Id, user.Username),
        PolicyTest test => new(test.OrgId, "test", test.Id, test.Name),
        BrownOut window => new(window.OrgId, "brown-out", window.Id, $"{window.StartsAt:yyyy-MM-dd HH:mm} UTC"),
        _ => null,
    };

    async Task<JsonNode?> VersionBeforeAsync(ProfileVersion version, CancellationToken cancellation) =>
        await ProfileVersions.AsNoTracking().Where(v => v.ProfileId == version.ProfileId && v.Version < version.Version).OrderByDescending(v => v.Version)
            .Select(v => v.Settings).FirstOrDefaultAsync(cancellation) is { } settings
            ? JsonNode.Parse(settings)
            : null;

    static JsonObject Values(EntityEntry entry, bool original)
    {
        var json = new JsonObject();
        foreach (var property in entry.Properties.Where(property => !property.Metadata.IsPrimaryKey() && !Unsaid.Contains(property.Metadata.Name)))
        {
            var name = property.Metadata.Name;
            json[JsonNamingPolicy.CamelCase.ConvertName(name)] = (original ? property.OriginalValue : property.CurrentValue) switch
            {
                null => null,
                byte[] => original || !property.IsModified ? Masked : Masked + " (another)",
                string when Secret.Contains(name) => original || !property.IsModified ? Masked : Masked + " (another)",
                string text when Nested.Contains(name) => JsonNode.Parse(text),
                var value => JsonSerializer.SerializeToNode(value, SettingsJson.Options),
            };
        }
        return json;
    }

    /// <summary>A row as an administrator knows it.</summary>
    sealed record Thing(string? OrgId, string Kind, string Id, string Name);
}
