using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Http;

namespace OAuthServer.Accounts;

/// <summary>Tells the old mailbox that mail of the account goes elsewhere from now on: whoever changes it unasked cannot do so unseen.</summary>
public static class EmailAddressChangedEmail
{
    /// <param name="user">The owner, still with the old address.</param>
    /// <param name="server">This server.</param>
    /// <param name="newAddress">Where mail goes now; only its domain is told.</param>
    /// <param name="at">When.</param>
    public static Mail Compose(User user, PublicUrl server, string newAddress, DateTimeOffset at) => AccountMail.Compose(
        user, server, "Your mail address was changed",
        $"On {AccountMail.Time(at)} your administrator changed the mail address of your account to one at {newAddress[(newAddress.LastIndexOf('@') + 1)..]}. Nothing more comes to this mailbox.",
        "Links that were mailed here before do not work any more.",
        "If you expected no such change, tell your administrator now.");
}
