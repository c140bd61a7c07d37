using System.Xml.Linq;

namespace OAuthServer.Tests.Features.Soap;

/// <summary>Reads a login's answer as WSC's generated classes do: every element of the WSDL in its order, and no other.</summary>
static class WscLogin
{
    static readonly string[] Result = ["metadataServerUrl", "passwordExpired", "sandbox", "serverUrl", "sessionId", "userId", "userInfo"];

    static readonly string[] UserInfo =
    [
        "accessibilityMode", "chatterExternal", "currencySymbol", "orgAttachmentFileSizeLimit", "orgDefaultCurrencyIsoCode", "orgDefaultCurrencyLocale",
        "orgDisallowHtmlAttachments", "orgHasPersonAccounts", "organizationId", "organizationMultiCurrency", "organizationName", "profileId", "roleId",
        "sessionSecondsValid", "userDefaultCurrencyIsoCode", "userEmail", "userFullName", "userId", "userLanguage", "userLocale", "userName", "userTimeZone",
        "userType", "userUiSkin",
    ];

    internal static void MustRead(string text)
    {
        var envelope = XDocument.Parse(text).Root!;
        var response = Assert.Single(Assert.Single(envelope.Elements()).Elements());
        Assert.Equal(Name("loginResponse"), response.Name);
        var result = Assert.Single(response.Elements());
        Assert.Equal(Result.Select(Name), result.Elements().Select(element => element.Name));
        Assert.All(result.Elements(), element => Assert.True(element.HasElements || element.Value.Length > 0, element.ToString()));
        MustBeUserInfo(result.Elements().Last());
    }

    /// <summary>The same of getUserInfo.</summary>
    internal static void MustReadUserInfo(string text)
    {
        var response = Assert.Single(Assert.Single(XDocument.Parse(text).Root!.Elements()).Elements());
        Assert.Equal(Name("getUserInfoResponse"), response.Name);
        MustBeUserInfo(Assert.Single(response.Elements()));
    }

    static void MustBeUserInfo(XElement info)
    {
        Assert.Equal(UserInfo.Select(Name), info.Elements().Select(element => element.Name));
        Assert.All(info.Elements(), element => Assert.True(element.Value.Length > 0 || IsNull(element), element.ToString()));
        Assert.All(info.Elements(), element => Assert.True(!element.HasAttributes || IsNull(element), element.ToString()));
        Assert.True(int.Parse(info.Element(Name("sessionSecondsValid"))!.Value, null) > 0);
        Assert.All(["accessibilityMode", "orgDisallowHtmlAttachments", "orgHasPersonAccounts", "organizationMultiCurrency"], name => Assert.Equal("false", info.Element(Name(name))!.Value));
    }

    static XName Name(string name) => XName.Get(name, SoapScene.Partner);

    static bool IsNull(XElement element) => element.Attribute(XName.Get("nil", "http://www.w3.org/2001/XMLSchema-instance"))?.Value == "true" && element.Attributes().Count() == 1;
}
