using OAuthServer.Data;
using OAuthServer.Features.Shared;

namespace OAuthServer.Features.Soap;

/// <summary>
/// GetUserInfoResult: every element that the WSDL has, in its order, or strict clients cannot read the answer (Salesforce contract, section 5.1).
/// What this server does not keep, a currency or a role, is null.
/// </summary>
/// <param name="Person">Whose.</param>
/// <param name="OrganizationName">Of the person's organization.</param>
/// <param name="SessionSeconds">How long a session lives.</param>
sealed record UserInfoResult(Person Person, string OrganizationName, long SessionSeconds)
{
    /// <summary>What the model's clients have room for; nothing is attached here.</summary>
    const long AttachmentBytes = 5 * 1024 * 1024;

    /// <summary>The first version whose schema is known to have <c>chatterExternal</c>; version 38.0 has not.</summary>
    const int ChatterSince = 42;

    internal void Write(SoapResult result, SoapApi api)
    {
        result.Add("accessibilityMode", false);
        if (api.Version >= ChatterSince)
            result.Add("chatterExternal", false);
        result.Null("currencySymbol")
            .Add("orgAttachmentFileSizeLimit", AttachmentBytes)
            .Null("orgDefaultCurrencyIsoCode")
            .Null("orgDefaultCurrencyLocale")
            .Add("orgDisallowHtmlAttachments", false)
            .Add("orgHasPersonAccounts", false)
            .Add("organizationId", RecordId.Long(Person.OrgId))
            .Add("organizationMultiCurrency", false)
            .Add("organizationName", OrganizationName)
            .Add("profileId", RecordId.Long(Person.ProfileId))
            .Null("roleId")
            .Add("sessionSecondsValid", SessionSeconds)
            .Null("userDefaultCurrencyIsoCode")
            .Add("userEmail", Person.Email)
            .Add("userFullName", Person.FullName)
            .Add("userId", RecordId.Long(Person.Id))
            .Add("userLanguage", Person.Language)
            .Add("userLocale", Person.Language)
            .Add("userName", Person.Username)
            .Add("userTimeZone", Person.TimeZone)
            .Add("userType", "Standard")
            .Add("userUiSkin", "Theme3");
    }
}
