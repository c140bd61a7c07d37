using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using OAuthServer.Administration;
using OAuthServer.Administration.Audit;
using OAuthServer.Data;

namespace OAuthServer.Features.Setup.Server;

/// <summary>Who changed what.</summary>
public sealed class AuditModel(AuditOperations audit, IStringLocalizer<ServerTexts> texts) : PageModel
{
    /// <summary>What is changed, and written down.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
        ["organization", "logo", "networks", "profile", "user", "app", "provider", "test", "integration", "brown-out", "draft", "job", "signing-key", "mail"];

    [BindProperty(SupportsGet = true)]
    public string? Actor { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Kind { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? ObjectId { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Object { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Operation { get; set; }

    [BindProperty(SupportsGet = true)]
    public AuditDoor? Door { get; set; }

    /// <summary>A day, in UTC.</summary>
    [BindProperty(SupportsGet = true)]
    public DateOnly? From { get; set; }

    /// <summary>The last day, in UTC.</summary>
    [BindProperty(SupportsGet = true)]
    public DateOnly? Until { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? After { get; set; }

    public IReadOnlyList<AuditLine> Entries { get; private set; } = [];

    /// <summary>Where the list goes on.</summary>
    public string? Next { get; private set; }

    public AdminRefusal? Refusal { get; private set; }

    public bool IsFiltered => Filter with { After = null } != new ListAudit();

    public async Task OnGetAsync()
    {
        var answer = await audit.ListAsync(SetupDoor.Call(HttpContext, "audit.list"), Filter);
        Refusal = answer.Refusal;
        if (answer.Value is not { } page)
            return;
        Entries = page.Items;
        Next = PageAddress.Next(this, page.Next);
    }

    public async Task<IActionResult> OnGetCsvAsync() =>
        (await audit.ExportAsync(SetupDoor.Call(HttpContext, "audit.export"), Filter with { After = null })).Value is { } file ? new AdminFileResult(file) : NotFound();

    /// <summary>This page with one more in its query.</summary>
    public string AddressOf(string key, string value) => PageAddress.With(this, key, value);

    /// <summary>In words; a kind that no text knows says itself.</summary>
    public string KindOf(string kind) => texts["Kind." + kind] is { ResourceNotFound: false } text ? text.Value : kind;

    ListAudit Filter => new(Text(Actor), Text(Kind), Text(ObjectId), Text(Object), Text(Operation), Door, Day(From), Day(Until?.AddDays(1)), After: Text(After));

    static string? Text(string? typed) => string.IsNullOrWhiteSpace(typed) ? null : typed.Trim();

    static DateTimeOffset? Day(DateOnly? day) => day is { } date ? new(date, TimeOnly.MinValue, TimeSpan.Zero) : null;
}
