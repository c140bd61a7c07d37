using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;

namespace OAuthServer.Federation.Saml;

/// <summary>Sends our messages: as the address of a redirect, or as the field of a form that posts itself.</summary>
public static class SamlRequests
{
    /// <summary>A new ID: an XML name of 160 random bits (core section 1.3.4).</summary>
    public static string NewId() => "_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20));

    /// <summary>The address to redirect to (bindings section 3.4), signed if there is a key. RelayState has at most 80 octets (section 3.4.3).</summary>
    public static string RedirectUrl(SamlMessage message, ServiceProviderKey? key, string? relayState) => message.Destination
        + (message.Destination.Contains('?', StringComparison.Ordinal) ? '&' : '?')
        + RedirectQuery.Write(message.Field, Encoding.UTF8.GetBytes(Text(message)), relayState, key);

    /// <summary>The value of the form field <see cref="SamlMessage.Field"/> (bindings section 3.5), signed if there is a key.</summary>
    public static string PostField(SamlMessage message, ServiceProviderKey? key) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(key is null ? Text(message) : XmlSigning.Sign(Text(message), key)));

    static string Text(SamlMessage message) => message.ToXml().ToString(SaveOptions.DisableFormatting);
}
