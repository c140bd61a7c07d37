namespace OAuthServer.Login;

/// <summary>
/// What a client calls itself in Salesforce's call options: of the header <c>client=DataLoaderPartnerUI/64.0.1, defaultNamespace=sf</c>, of SOAP the
/// bare name.
/// </summary>
/// <param name="Name">Before the last slash.</param>
/// <param name="Version">Behind it, where that looks like a version.</param>
readonly record struct CallOptions(string? Name, string? Version)
{
    const string Client = "client=";

    internal static CallOptions Parse(string? text)
    {
        var named = text?.Split(',', ';').Select(part => part.Trim()).FirstOrDefault(part => part.StartsWith(Client, StringComparison.OrdinalIgnoreCase));
        var client = named?[Client.Length..].Trim() ?? (text?.Contains('=', StringComparison.Ordinal) == false ? text.Trim() : null);
        if (string.IsNullOrEmpty(client))
            return default;
        var slash = client.LastIndexOf('/');
        return slash > 0 && slash + 1 < client.Length && char.IsAsciiDigit(client[slash + 1]) ? new(client[..slash], client[(slash + 1)..]) : new(client.TrimEnd('/'), null);
    }
}
