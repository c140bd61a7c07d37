using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Login;

namespace OAuthServer.Features.Settings;

/// <summary>An attempt as its owner sees it in a list.</summary>
public sealed record OwnSignIn(LoginRecord Record, string Reference, string? App);

/// <summary>The user's own attempts, the latest first, a page at a time.</summary>
public sealed class SignInsModel(Database database, LoginReferences references) : PageModel
{
    const int PerPage = 25;

    public SignedInBrowser Me => SettingsDoor.Me(HttpContext);

    public IReadOnlyList<OwnSignIn> SignIns { get; private set; } = [];

    /// <summary>Where the next page begins; null on the last.</summary>
    public string? Next { get; private set; }

    /// <summary>This is not the first page.</summary>
    public bool IsLater { get; private set; }

    public async Task<IActionResult> OnGetAsync(string? before)
    {
        var from = before is null ? long.MaxValue : references.Parse(before);
        if (from is null)
            return NotFound();
        IsLater = before is not null;
        await using var db = database.NewContext();
        var records = await db.LoginRecords.AsNoTracking().Where(r => r.UserId == Me.User.Id && r.Id < from)
            .OrderByDescending(r => r.Id).Take(PerPage + 1).ToListAsync(HttpContext.RequestAborted);
        if (records.Count > PerPage)
        {
            records.RemoveAt(PerPage);
            Next = references.Of(records[^1].Id);
        }
        var clients = records.Select(r => r.ClientId).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var names = await db.ConnectedApps.AsNoTracking().Where(app => app.OrgId == Me.User.OrgId && clients.Contains(app.ClientId))
            .ToDictionaryAsync(app => app.ClientId, app => app.Name, StringComparer.Ordinal, HttpContext.RequestAborted);
        SignIns = [.. records.Select(r => new OwnSignIn(r, references.Of(r.Id), r.ClientId is { } id ? names.GetValueOrDefault(id) ?? id : null))];
        return Page();
    }
}
