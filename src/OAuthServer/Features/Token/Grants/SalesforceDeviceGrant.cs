using OAuthServer.Http;
using OAuthServer.Policy;

namespace OAuthServer.Features.Token.Grants;

/// <summary>
/// The device flow's polls as they were before RFC 8628, which older sf CLIs and devices still send (contract, section 4.8): another name of
/// the grant, the device code in <c>code</c>, and no <c>expired_token</c> among its words.
/// </summary>
public sealed class SalesforceDeviceGrant(DeviceCodeGrant devices) : IGrant
{
    public string GrantType => "device";

    public LoginChannel Channel => devices.Channel;

    public bool IsSalesforceOnly => true;

    public async Task<GrantResult> RedeemAsync(TokenRequest request) => await devices.RedeemAsync(request, "code") switch
    {
        GrantResult.Refused refused => new GrantResult.Refused(refused.Error.InSalesforceWords is null ? InItsWords(refused.Error) : refused.Error),
        var granted => granted,
    };

    static OAuthError InItsWords(OAuthError error) => error.Error switch
    {
        "access_denied" => error with { InSalesforceWords = new("access_denied", "end-user denied authorization") },
        "expired_token" or "invalid_grant" => error with { InSalesforceWords = new("invalid_grant", "expired authorization code") },
        _ => error,
    };
}
