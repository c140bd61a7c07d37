using System.Text;
using Microsoft.AspNetCore.Mvc;
using OAuthServer.Data;
using OAuthServer.Orgs;

namespace OAuthServer.Features.Shared;

/// <summary>
/// What makes a page an organization's own: its name, its logo, its colour. A page that knows whose sign-in it shows says so with
/// <see cref="Show"/>; the layout does the rest.
/// </summary>
/// <param name="OrgId">Whose look it is.</param>
/// <param name="Name">Stands in the header and in the title of the window.</param>
/// <param name="Color">None = this server's own.</param>
/// <param name="LogoVersion">A hash of the logo; null when there is none.</param>
public sealed record OrganizationLook(string OrgId, string Name, AccentColor? Color, string? LogoVersion)
{
    /// <summary>The look that is set for an organization.</summary>
    public static OrganizationLook Of(Organization org) => new(org.Id, org.Name, AccentColor.TryParse(org.Color), org.LogoVersion);

    /// <summary>The look of this page; null where no organization is known.</summary>
    public static OrganizationLook? Of(HttpContext context) => context.Features.Get<OrganizationLook>();

    /// <summary>Dresses this page so.</summary>
    public static void Show(HttpContext context, Organization org) => context.Features.Set(Of(org));

    /// <summary>The address of the logo; null when there is none.</summary>
    public string? LogoUrl(IUrlHelper url) => LogoVersion is null ? null : url.Content($"~{Routes.Assets}/logo/{OrgId}?v={LogoVersion}");

    /// <summary>The address of the style sheet that sets the colour; null when there is none.</summary>
    public string? StyleUrl(IUrlHelper url) => StyleSheet() is { } sheet ? url.Content($"~{Routes.Assets}/look/{OrgId}.css?v={sheet.Version}") : null;

    /// <summary>The colour as a style sheet: a page may hold no style of its own.</summary>
    public Asset? StyleSheet() => Color is null ? null : Asset.Of(Encoding.ASCII.GetBytes(Color.ToCss()), Asset.All["site.css"].ContentType);
}
