using System.Collections.Frozen;
using Microsoft.AspNetCore.Mvc;
using OAuthServer.Http;

namespace OAuthServer.Features.Shared;

/// <summary>
/// A file of <c>Features/Shared/Assets</c>, carried in the program: the style sheet, a script, a picture. Pages link it by
/// <c>@Url.Asset("site.css")</c>; the address holds a hash of its content, so that browsers keep it for a year and a new release is seen
/// at once.
/// </summary>
public sealed record Asset(byte[] Content, string ContentType, string Version)
{
    const string Prefix = "assets/";

    /// <summary>Every asset by its name. What is not in here cannot be fetched.</summary>
    public static FrozenDictionary<string, Asset> All { get; } = typeof(Asset).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .ToFrozenDictionary(name => name[Prefix.Length..], Read, StringComparer.Ordinal);

    /// <summary>An asset made of bytes that are at hand.</summary>
    public static Asset Of(byte[] content, string contentType) => new(content, contentType, ContentVersion.Of(content));


    static Asset Read(string resource)
    {
        using var stream = typeof(Asset).Assembly.GetManifestResourceStream(resource)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return Of(content, TypeOf(Path.GetExtension(resource)));
    }

    static string TypeOf(string extension) => extension switch
    {
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".png" => "image/png",
        _ => throw new NotSupportedException($"Say in {nameof(Asset)} what {extension} is."),
    };
}

/// <summary>Addresses of assets in pages.</summary>
public static class AssetUrls
{
    /// <summary>The address of an asset; fails for a name that none has.</summary>
    public static string Asset(this IUrlHelper url, string name) => url.Content($"~{Routes.Assets}/{name}?v={Shared.Asset.All[name].Version}");
}
