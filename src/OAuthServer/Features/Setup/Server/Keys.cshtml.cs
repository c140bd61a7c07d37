using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Administration;
using OAuthServer.Administration.Keys;
using OAuthServer.Features.Shared;
using OAuthServer.Federation;

namespace OAuthServer.Features.Setup.Server;

/// <summary>Signing keys and certificates, with their ends.</summary>
public sealed class KeysModel(KeyOperations keys, Note note, TimeProvider clock) : PageModel
{
    public KeySight Sight { get; private set; } = null!;

    public AdminRefusal? Refusal { get; private set; }

    public Task OnGetAsync() => LoadAsync();

    public async Task<IActionResult> OnPostAsync()
    {
        Refusal = (await keys.RotateAsync(SetupDoor.Call(HttpContext, "keys.rotate"), new())).Refusal;
        if (Refusal is null)
        {
            note.Leave(HttpContext, "Rotated");
            return LocalRedirect("~/setup/system/keys");
        }
        await LoadAsync();
        return Page();
    }

    public List<CertificateLine> LinesOf(IEnumerable<ProviderCertificate> certificates) => [.. certificates.Select(certificate =>
    {
        var days = (int)Math.Floor((certificate.NotAfter - clock.GetUtcNow()).TotalDays);
        return new CertificateLine(certificate, days <= 7 ? "danger" : days <= 30 ? "warning" : "success", days);
    })];

    async Task LoadAsync() => Sight = (await keys.ListAsync(SetupDoor.Call(HttpContext, "keys.list"), new())).Value!;
}
