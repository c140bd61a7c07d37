namespace OAuthServer.Accounts;

/// <summary>How passwords are hashed (PBKDF2-HMAC-SHA512).</summary>
public sealed record PasswordHashingOptions
{
    /// <summary>Rounds; older hashes are redone at the next login when this rises. Only raise it: a hash of more rounds stays as it is, and takes longer.</summary>
    public int Rounds { get; init; } = 210_000;

    /// <summary>Hashes at once; 0 = half the cores, at least one. Keeps a flood of logins from starving everything else.</summary>
    public int AtOnce { get; init; }

    /// <summary>How many may wait for a turn before callers are told to come back later.</summary>
    public int Waiting { get; init; } = 200;
}
