using OAuthServer.Data;
using OAuthServer.Policy;

namespace OAuthServer.Tests.Accounts;

/// <summary>Login records as the gate would write them.</summary>
static class Records
{
    internal static LoginRecord Login(
        string userId, DateTimeOffset at, string? app = "loader", string address = "203.0.113.7", string agent = "loader/1", bool used = true, bool needed = true,
        long? tokenId = null) => new()
        {
            At = at,
            UserId = userId,
            ClientId = app,
            Channel = LoginChannel.PasswordGrant,
            SourceAddress = address,
            UserAgent = agent,
            TokenUsed = used,
            TokenNeeded = needed,
            SecurityTokenId = tokenId,
            Decision = "allow",
            Trace = "",
            Facts = "{}",
        };
}
