using OAuthServer.Data;
using OAuthServer.Http;

namespace OAuthServer.Tokens;

/// <summary>The identity URL of a user in the salesforce dialect (Salesforce contract, section 4.11): organization and user in their eighteen characters.</summary>
public static class IdentityUrl
{
    /// <summary>What its path begins with.</summary>
    public const string Root = "/id";

    /// <summary>At the server of this address.</summary>
    public static string Of(PublicUrl publicUrl, string orgId, string userId) => publicUrl.At($"{Root}/{RecordId.Long(orgId)}/{RecordId.Long(userId)}");
}
