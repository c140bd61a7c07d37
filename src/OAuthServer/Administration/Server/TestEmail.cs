using System.Globalization;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Http;

namespace OAuthServer.Administration.Server;

/// <summary>Shows that mail leaves, and arrives.</summary>
static class TestEmail
{
    internal static Mail Compose(User to, PublicUrl server, DateTimeOffset at) => new(
        to.Email, "A test mail",
        $"""
        This mail was sent to try whether mail leaves this server. It has, and it has arrived.

        When: {at.UtcDateTime.ToString("d MMMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture)}
        Account: {to.Username}
        Server: {server}

        """)
    { OrgId = to.OrgId };
}
