using System.Text;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Configuration;
using OAuthServer.Data;
using OAuthServer.Http;
using OAuthServer.Orgs;

namespace OAuthServer.Administration.Server;

/// <summary>How the organization's sign-in pages look.</summary>
/// <param name="Color">Of buttons and links, as <c>#rrggbb</c>; null = the server's own.</param>
/// <param name="Logo">A hash of the logo; null = its name stands there alone.</param>
public sealed record Branding(string? Color, string? Logo);

/// <summary>Another colour.</summary>
/// <param name="Color">As <c>#rrggbb</c>; null = the server's own.</param>
public sealed record SaveBranding(string? Color = null);

/// <summary>Another logo.</summary>
/// <param name="File">A PNG file of at most 64 kB and 1024 pixels each way.</param>
public sealed record SaveLogo(AdminUpload File);

/// <summary>The colour and the logo of an organization's sign-in pages.</summary>
public sealed class BrandingOperations(Database database, ChangeWatch changes) : IAdminOperations
{
    const string Page = "/setup/system/branding";

    /// <inheritdoc />
    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Read<Nothing, Branding>("system.branding", "/system/branding", Page, "Say how the organization's sign-in pages look.", GetAsync),
        AdminOperation.Change<SaveBranding, Branding>("system.save-branding", "PUT", "/system/branding", Page, "Set the colour of the organization's sign-in pages.", SaveAsync).Versioned(),
        AdminOperation.Change<SaveLogo, Branding>("system.save-logo", "PUT", "/system/branding/logo", Page, "Set the logo of the organization's sign-in pages: a PNG file.", SaveLogoAsync).Versioned(),
        AdminOperation.Change<Nothing, Branding>("system.remove-logo", "DELETE", "/system/branding/logo", Page, "Remove the logo of the organization's sign-in pages.", RemoveLogoAsync).Versioned().Stops("system.branding"),
    ];

    public async Task<AdminAnswer<Branding>> GetAsync(AdminCall call, Nothing input)
    {
        await using var db = database.NewContext();
        return Of(await db.Organizations.AsNoTracking().SingleAsync(org => org.Id == call.Org.Id, call.Cancellation));
    }

    public Task<AdminAnswer<Branding>> SaveAsync(AdminCall call, SaveBranding input) =>
        input.Color is { Length: > 0 } color && AccentColor.TryParse(color) is null
            ? Task.FromResult<AdminAnswer<Branding>>(new AdminRefusal.Invalid("color", $"\"{color}\" is not a colour; write one such as \"#1f5fbf\"."))
            : ChangeAsync(call, (_, org) => org.Color = input.Color is { Length: > 0 } given ? given : null);

    public async Task<AdminAnswer<Branding>> SaveLogoAsync(AdminCall call, SaveLogo input)
    {
        var png = await ReadAsync(input.File.Content, call.Cancellation);
        if (png is null)
            return new AdminRefusal.Invalid("file", $"has more than {LogoFile.MostBytes} bytes; use a smaller picture.");
        if (LogoFile.FlawOf(png) is { } flaw)
            return new AdminRefusal.Invalid("file", flaw);
        return await ChangeAsync(call, (db, org) =>
        {
            org.LogoVersion = ContentVersion.Of(png);
            if (db.OrganizationLogos.Local.SingleOrDefault() is { } logo)
                logo.Png = png;
            else
                db.Add(new OrganizationLogo { OrgId = org.Id, Png = png });
        });
    }

    public Task<AdminAnswer<Branding>> RemoveLogoAsync(AdminCall call, Nothing input) => ChangeAsync(call, (db, org) =>
    {
        org.LogoVersion = null;
        if (db.OrganizationLogos.Local.SingleOrDefault() is { } logo)
            db.Remove(logo);
    });

    async Task<AdminAnswer<Branding>> ChangeAsync(AdminCall call, Action<ServerDb, Organization> change)
    {
        await using var db = call.Begin(database);
        await using var transaction = await db.Database.BeginTransactionAsync(call.Cancellation);
        // Takes the row: of two who change it at once, the second sees what the first has made.
        await db.Organizations.Where(org => org.Id == call.Org.Id).ExecuteUpdateAsync(set => set.SetProperty(org => org.Color, org => org.Color), call.Cancellation);
        var row = await db.Organizations.SingleAsync(org => org.Id == call.Org.Id, call.Cancellation);
        await db.OrganizationLogos.Where(logo => logo.OrgId == call.Org.Id).LoadAsync(call.Cancellation);
        if (call.HasSeenAnother(VersionOf(row)))
            return new AdminRefusal.Changed();
        change(db, row);
        await db.SaveChangesAsync(call.Cancellation);
        await transaction.CommitAsync(call.Cancellation);
        await changes.RefreshAsync();
        return Of(row);
    }

    /// <summary>The bytes; null when there are too many.</summary>
    static async Task<byte[]?> ReadAsync(Stream content, CancellationToken cancellation)
    {
        var bytes = new byte[LogoFile.MostBytes + 1];
        var length = await content.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation);
        return length > LogoFile.MostBytes ? null : bytes[..length];
    }

    static AdminAnswer<Branding> Of(Organization org) => ((AdminAnswer<Branding>)new Branding(org.Color, org.LogoVersion)).WithVersion(VersionOf(org));

    static string VersionOf(Organization org) => ContentVersion.Of(Encoding.UTF8.GetBytes($"{org.Color}\n{org.LogoVersion}"));
}
