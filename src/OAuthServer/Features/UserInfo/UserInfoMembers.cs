using System.Globalization;
using System.Text.Json;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Http;
using OAuthServer.Tokens;

namespace OAuthServer.Features.UserInfo;

/// <summary>The members of userinfo, in either dialect.</summary>
static class UserInfoMembers
{
    internal static readonly Action<Utf8JsonWriter, (AccessTokenInfo, Person)> WriteStandard = static (json, state) =>
    {
        var (access, user) = state;
        json.WriteString("sub"u8, RecordId.Long(access.UserId));
        if (access.HasScope("profile"))
        {
            json.WriteString("preferred_username"u8, user.Username);
            json.WriteString("name"u8, user.FullName);
            json.WriteString("given_name"u8, user.FirstName);
            json.WriteString("family_name"u8, user.LastName);
            json.WriteString("locale"u8, user.Language.Replace('_', '-'));
            json.WriteString("zoneinfo"u8, user.TimeZone);
            json.WriteNumber("updated_at"u8, user.UpdatedAt.ToUnixTimeSeconds());
        }
        if (access.HasScope("email"))
        {
            json.WriteString("email"u8, user.Email);
            // Nobody has proven this address here yet; a boolean, never a string (OpenID Connect Core 1.0, section 5.1).
            json.WriteBoolean("email_verified"u8, false);
        }
    };

    /// <summary>
    /// Contract, section 4.10. This server keeps no photos and no postal addresses: <c>address</c> is empty. An integration user is one whose profile
    /// is for programs only.
    /// </summary>
    internal static readonly Action<Utf8JsonWriter, (AccessTokenInfo, Person, bool, PublicUrl)> WriteSalesforce = static (json, state) =>
    {
        var (access, user, isForPrograms, publicUrl) = state;
        var urls = new IdentityUrls(publicUrl, access.OrgId, access.UserId, version: null);
        json.WriteString("sub"u8, IdentityUrl.Of(publicUrl, access.OrgId, access.UserId));
        json.WriteString("user_id"u8, RecordId.Long(access.UserId));
        json.WriteString("organization_id"u8, RecordId.Long(access.OrgId));
        json.WriteString("preferred_username"u8, user.Username);
        json.WriteString("nickname"u8, user.Nickname);
        json.WriteString("name"u8, user.FullName);
        json.WriteString("email"u8, user.Email);
        json.WriteBoolean("email_verified"u8, false);
        json.WriteString("given_name"u8, user.FirstName);
        json.WriteString("family_name"u8, user.LastName);
        json.WriteString("zoneinfo"u8, user.TimeZone);
        urls.WritePhotos(json);
        json.WriteString("profile"u8, urls.Profile);
        json.WriteString("picture"u8, urls.Picture);
        json.WriteStartObject("address"u8);
        json.WriteEndObject();
        json.WriteBoolean("is_salesforce_integration_user"u8, isForPrograms);
        urls.WriteUrls(json);
        json.WriteBoolean("active"u8, true);
        json.WriteString("user_type"u8, "STANDARD"u8);
        json.WriteString("language"u8, user.Language);
        json.WriteString("locale"u8, user.Language);
        json.WriteNumber("utcOffset"u8, user.UtcOffset);
        json.WriteString("updated_at"u8, user.UpdatedAt.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        json.WriteBoolean("is_app_installed"u8, true);
    };
}
