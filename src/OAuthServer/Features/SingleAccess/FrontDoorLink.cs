using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using OAuthServer.Data;
using OAuthServer.Http;

namespace OAuthServer.Features.SingleAccess;

/// <summary>
/// What a front door's link says, sealed so that nobody else reads or makes one: whose name to fill in, and where to go on. It opens no session, and so
/// it needs no more than to end soon.
/// </summary>
/// <param name="UserId">The token's user.</param>
/// <param name="Path">The local path it leads to; null = the first page.</param>
/// <param name="GoodUntil">When it ends.</param>
sealed record FrontDoorLink(string UserId, string? Path, DateTimeOffset GoodUntil)
{
    internal static readonly TimeSpan Life = TimeSpan.FromSeconds(60);

    /// <summary>Of a sealed one: a path of 2,000 characters has room in it.</summary>
    const int MostCharacters = 8 * 1024;

    const string Purpose = "front-door";

    internal string AddressAt(PublicUrl publicUrl, MasterKey key) =>
        publicUrl.At($"{Routes.FrontDoor}?otp={Base64Url.EncodeToString(key.Protect(Purpose, JsonSerializer.SerializeToUtf8Bytes(this)))}");

    /// <summary>The link; null when it is none of ours, or over.</summary>
    internal static FrontDoorLink? Of(string? otp, MasterKey key, DateTimeOffset now)
    {
        if (otp is null or { Length: > MostCharacters } || !Base64Url.IsValid(otp))
            return null;
        try
        {
            return JsonSerializer.Deserialize<FrontDoorLink>(key.Unprotect(Purpose, Base64Url.DecodeFromChars(otp))) is { } link && now < link.GoodUntil ? link : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>
    /// A path of this server as an app names it; null when it is none. sf CLI leaves the first slash out, as in <c>lightning/setup</c>. A colon before any
    /// slash would make a scheme of what stands before it (RFC 3986 section 4.2).
    /// </summary>
    internal static string? PathOf(string text) =>
        text[0] == '/' ? LocalPath.Of(text)
        : text.Split('/', '?', '#')[0].Contains(':', StringComparison.Ordinal) ? null
        : LocalPath.Of("/" + text);
}
