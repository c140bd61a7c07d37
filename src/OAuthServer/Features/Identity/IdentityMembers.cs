using System.Text.Json;
using OAuthServer.Data;
using OAuthServer.Features.Shared;

namespace OAuthServer.Features.Identity;

/// <summary>What one answer is made of.</summary>
/// <param name="Person">Whose identity.</param>
/// <param name="Urls">Where else to go.</param>
/// <param name="Id">The identity URL itself.</param>
/// <param name="IsAsserted">It is the token's own user.</param>
sealed record IdentityAnswer(Person Person, IdentityUrls Urls, string Id, bool IsAsserted);

/// <summary>The members in their usual order (contract, section 4.11). Null is what this server does not keep: addresses, telephones, a chat status.</summary>
static class IdentityMembers
{
    static readonly string[] Address = ["addr_street", "addr_city", "addr_state", "addr_country", "addr_zip"];

    internal static readonly Action<Utf8JsonWriter, IdentityAnswer> Write = static (json, identity) =>
    {
        var person = identity.Person;
        json.WriteString("id"u8, identity.Id);
        json.WriteBoolean("asserted_user"u8, identity.IsAsserted);
        json.WriteString("user_id"u8, RecordId.Long(person.Id));
        json.WriteString("organization_id"u8, RecordId.Long(person.OrgId));
        json.WriteString("username"u8, person.Username);
        json.WriteString("nick_name"u8, person.Nickname);
        json.WriteString("display_name"u8, person.FullName);
        json.WriteString("email"u8, person.Email);
        json.WriteBoolean("email_verified"u8, false); // nobody has proven this address here yet
        json.WriteString("first_name"u8, person.FirstName);
        json.WriteString("last_name"u8, person.LastName);
        json.WriteString("timezone"u8, person.TimeZone);
        identity.Urls.WritePhotos(json);
        foreach (var name in Address)
            json.WriteNull(name);
        json.WriteNull("mobile_phone"u8);
        json.WriteBoolean("mobile_phone_verified"u8, false);
        json.WriteBoolean("is_lightning_login_user"u8, false);
        json.WriteStartObject("status"u8);
        json.WriteNull("created_date"u8);
        json.WriteNull("body"u8);
        json.WriteEndObject();
        identity.Urls.WriteUrls(json);
        json.WriteBoolean("active"u8, person.IsActive);
        json.WriteString("user_type"u8, "STANDARD"u8);
        json.WriteString("language"u8, person.Language);
        json.WriteString("locale"u8, person.Language);
        json.WriteNumber("utcOffset"u8, person.UtcOffset);
        json.WriteString("last_modified_date"u8, SalesforceTime.Text(person.UpdatedAt));
        json.WriteBoolean("is_app_installed"u8, true);
    };
}
