using OAuthServer.Data;
using OAuthServer.Http;

namespace OAuthServer.Features.Identity;

/// <summary>
/// The addresses that the identity URL names. Those under <c>{version}</c> have that word replaced where the caller names one. Most lead nowhere
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

    internal string Photo(string size) => publicUrl.At($"/profilephoto/005/{size}");

    internal IEnumerable<(string Name, string Url)> All =>
    [
        .. Soap.Select(one => (one.Name, publicUrl.At($"{Routes.Soap}/{one.Path}/{Version}/{orgId}"))),
        .. Rest.Select(one => (one.Name, Api(one.Path))),
        ("tooling_soap", publicUrl.At($"{Routes.Soap}/T/{Version}/{orgId}")),
        ("tooling_rest", Api("tooling/")),
        ("profile", publicUrl.At("/" + RecordId.Long(userId))),
        .. Chatter.Select(one => (one.Name, Api(one.Path))),
        ("custom_domain", publicUrl.Value),
    ];

    string Version => version ?? "{version}";

    string Api(string path) => publicUrl.At($"{Routes.Data}/v{Version}/{path}");
}
