using System.Text.Json;
using OAuthServer.Data;
using OAuthServer.Http;

namespace OAuthServer.Features.Shared;

/// <summary>
/// The addresses that the identity URL and userinfo name. Those under <c>{version}</c> have that word replaced where the caller names one. Most lead nowhere
/// on this server, which has no data: clients take their roots from them.
/// </summary>
sealed class IdentityUrls(PublicUrl publicUrl, string orgId, string userId, string? version)
{
    static readonly (string Name, string Path)[] Soap = [("enterprise", "c"), ("metadata", "m"), ("partner", "u")];

    static readonly (string Name, string Path)[] Rest =
    [
        ("rest", ""), ("sobjects", "sobjects/"), ("search", "search/"), ("query", "query/"), ("recent", "recent/"),
    ];

    static readonly (string Name, string Path)[] Chatter =
    [
        ("feeds", "chatter/feeds"), ("groups", "chatter/groups"), ("users", "chatter/users"), ("feed_items", "chatter/feed-items"), ("feed_elements", "chatter/feed-elements"),
    ];

    /// <summary>The path of everybody's default photo, which this server does not serve.</summary>
    string Photo(string size) => publicUrl.At($"/profilephoto/005/{size}");

    internal string Picture => Photo("F");

    internal string Profile => publicUrl.At("/" + RecordId.Long(userId));

    internal void WritePhotos(Utf8JsonWriter json)
    {
        json.WriteStartObject("photos"u8);
        json.WriteString("picture"u8, Picture);
        json.WriteString("thumbnail"u8, Photo("T"));
        json.WriteEndObject();
    }

    internal void WriteUrls(Utf8JsonWriter json)
    {
        json.WriteStartObject("urls"u8);
        foreach (var (name, url) in All)
            json.WriteString(name, url);
        json.WriteEndObject();
    }

    IEnumerable<(string Name, string Url)> All =>
    [
        .. Soap.Select(one => (one.Name, publicUrl.At($"{Routes.Soap}/{one.Path}/{Version}/{orgId}"))),
        .. Rest.Select(one => (one.Name, Api(one.Path))),
        ("tooling_soap", publicUrl.At($"{Routes.Soap}/T/{Version}/{orgId}")),
        ("tooling_rest", Api("tooling/")),
        ("profile", Profile),
        .. Chatter.Select(one => (one.Name, Api(one.Path))),
        ("custom_domain", publicUrl.Value),
    ];

    string Version => version ?? "{version}";

    string Api(string path) => publicUrl.At($"{Routes.Data}/v{Version}/{path}");
}
