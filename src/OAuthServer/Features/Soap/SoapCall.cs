namespace OAuthServer.Features.Soap;

/// <summary>One call, as it was sent.</summary>
sealed record SoapCall
{
    /// <summary>The local name of the Body's one child.</summary>
    public required string Operation { get; init; }

    /// <summary>Its children: names and texts, in their order.</summary>
    public required IReadOnlyList<(string Name, string Value)> Arguments { get; init; }

    /// <summary>SessionHeader/sessionId.</summary>
    public string? SessionId { get; init; }

    /// <summary>LoginScopeHeader/organizationId.</summary>
    public string? OrganizationId { get; init; }

    /// <summary>CallOptions/client: what the client calls itself.</summary>
    public string? Client { get; init; }

    /// <summary>An argument; null when it was not sent. Sent twice, nobody could say which was meant, and the reader has refused it.</summary>
    internal string? this[string name] => Arguments.FirstOrDefault(argument => argument.Name == name).Value;

    /// <summary>Every argument of this name.</summary>
    internal IEnumerable<string> All(string name) => Arguments.Where(argument => argument.Name == name).Select(argument => argument.Value);

    /// <summary>Without its secrets, which must not reach a log.</summary>
    public override string ToString() => nameof(SoapCall);
}
