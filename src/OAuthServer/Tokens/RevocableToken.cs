using OAuthServer.Apps;

namespace OAuthServer.Tokens;

/// <summary>A token that was found and can be ended.</summary>
public abstract record RevocableToken
{
    private RevocableToken() { }

    /// <summary>Whether it was given to this app.</summary>
    public abstract bool IsOf(AppEntry app);

    /// <summary>The app it was given to, as the directory knows it now.</summary>
    public abstract ValueTask<AppEntry?> OwnerAsync(AppDirectory apps);

    /// <summary>Without the token, which must not reach a log.</summary>
    public sealed override string ToString() => GetType().Name;

    /// <summary>A refresh token, dead or alive.</summary>
    public sealed record Refresh(FoundRefreshToken Token) : RevocableToken
    {
        /// <inheritdoc />
        public override bool IsOf(AppEntry app) => Token.AppId == app.App.Id;

        /// <inheritdoc />
        public override ValueTask<AppEntry?> OwnerAsync(AppDirectory apps) => apps.FindByIdAsync(Token.AppId);
    }

    /// <summary>A live access token.</summary>
    /// <param name="Token">Its contents.</param>
    /// <param name="OpaqueHash">The key of its row, where it is opaque.</param>
    public sealed record Access(AccessTokenInfo Token, string? OpaqueHash) : RevocableToken
    {
        /// <inheritdoc />
        public override bool IsOf(AppEntry app) => Token.ClientId == app.ClientId;

        /// <inheritdoc />
        public override ValueTask<AppEntry?> OwnerAsync(AppDirectory apps) => apps.FindAsync(Token.ClientId);
    }
}
