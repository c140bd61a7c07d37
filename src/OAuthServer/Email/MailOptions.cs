namespace OAuthServer.Email;

/// <summary>Where mail goes.</summary>
public sealed record MailOptions
{
    /// <summary>The sender, such as <c>Sign-in &lt;no-reply@example.com&gt;</c>.</summary>
    public string From { get; init; } = "OAuthServer <no-reply@localhost>";

    /// <summary>A folder that gets one .eml file per message; null when <see cref="Smtp"/> is set.</summary>
    public string? Folder { get; init; }

    /// <summary>A mail server; null when <see cref="Folder"/> is set.</summary>
    public SmtpOptions? Smtp { get; init; }
}

/// <summary>A mail server.</summary>
public sealed record SmtpOptions
{
    public required string Host { get; init; }

    public int Port { get; init; } = 587;

    /// <summary>Refuse to send without TLS. Only for a server on this machine may it be off.</summary>
    public bool StartTls { get; init; } = true;

    public string? Username { get; init; }

    /// <summary>Resolved from its <c>env:</c> or <c>file:</c> reference.</summary>
    public string? Password { get; init; }

    public int TimeoutSeconds { get; init; } = 10;
}
