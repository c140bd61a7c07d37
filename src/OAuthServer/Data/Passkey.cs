namespace OAuthServer.Data;

/// <summary>A passkey or security key (WebAuthn Level 3): a public key and what is known of its authenticator. Nothing of it is secret.</summary>
public sealed class Passkey
{
    /// <summary>The credential's id, base64url; at most 1023 bytes (WebAuthn section 5.1.3).</summary>
    public required string Id { get; set; }

    public required string UserId { get; set; }

    /// <summary>What its owner calls it.</summary>
    public required string Name { get; set; }

    /// <summary>COSE_Key (RFC 9052 section 7).</summary>
    public required byte[] PublicKey { get; set; }

    public long SignCount { get; set; }

    /// <summary>Comma separated.</summary>
    public string Transports { get; set; } = "";

    public bool IsUserVerified { get; set; }

    public bool IsBackupEligible { get; set; }

    public bool IsBackedUp { get; set; }

    public required byte[] AttestationObject { get; set; }

    public required byte[] ClientDataJson { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? LastUsedAt { get; set; }
}

/// <summary>The registration of a passkey that is under way (WebAuthn Level 3 section 7.1): one for each session, used once.</summary>
public sealed class PasskeyRegistration
{
    /// <summary>The session or sign-in it is bound to.</summary>
    public required string Id { get; set; }

    public required string UserId { get; set; }

    /// <summary>Challenge and user, sealed under the master key.</summary>
    public required byte[] Ceremony { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }
}
