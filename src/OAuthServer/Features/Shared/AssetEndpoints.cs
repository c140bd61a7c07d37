using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;
using OAuthServer.Data;
using OAuthServer.Orgs;

namespace OAuthServer.Features.Shared;

/// <summary>
/// Serves what pages are dressed in: the <see cref="Asset"/>s of the program, and each organization's logo and colour. Nothing is read
/// from the disk, and a name that is not known is not there.
/// </summary>
public sealed class AssetEndpoints(OrgDirectory orgs, Database database)
{
    static readonly string[] Read = ["GET", "HEAD"];

    /// <summary>Maps all three.</summary>
    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapMethods(Routes.Assets + "/{name}", Read, (HttpContext context, string name) =>
            AnswerAsync(context, Asset.All.GetValueOrDefault(name)));
        endpoints.MapMethods(Routes.Assets + "/look/{orgId}.css", Read, async (HttpContext context, string orgId) =>
            await AnswerAsync(context, (await LookAsync(orgId))?.StyleSheet()));
        endpoints.MapMethods(Routes.Assets + "/logo/{orgId}", Read, async (HttpContext context, string orgId) =>
            await AnswerAsync(context, await LogoAsync(orgId)));
    }

    async Task<OrganizationLook?> LookAsync(string orgId) =>
        (await orgs.CurrentAsync()).Rows.Orgs.TryGetValue(orgId, out var entry) ? OrganizationLook.Of(entry.Org) : null;

    async Task<Asset?> LogoAsync(string orgId)
    {
        if (await LookAsync(orgId) is not { LogoVersion: not null })
            return null;
        await using var db = database.NewContext();
        return await db.OrganizationLogos.AsNoTracking().SingleOrDefaultAsync(logo => logo.OrgId == orgId) is { } found ? Asset.Of(found.Png, "image/png") : null;
    }

    /// <summary>Kept for a year where the address names this very content; else asked for again each time, by its ETag (RFC 9110 section 13.1.2).</summary>
    static async Task AnswerAsync(HttpContext context, Asset? asset)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (asset is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        var tag = $"\"{asset.Version}\"";
        headers.ETag = tag;
        headers.CacheControl = context.Request.Query["v"] == asset.Version ? "public, max-age=31536000, immutable" : "no-cache";
        if (context.Request.GetTypedHeaders().IfNoneMatch.Any(seen => seen.Compare(EntityTagHeaderValue.Parse(tag), useStrongComparison: false)))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        context.Response.ContentType = asset.ContentType;
        context.Response.ContentLength = asset.Content.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(asset.Content);
    }
}
