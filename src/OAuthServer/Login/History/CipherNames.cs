namespace OAuthServer.Login.History;

/// <summary>
/// TLS cipher suites by the names OpenSSL gives them, as Salesforce's login history does: <c>ECDHE-RSA-AES256-GCM-SHA384</c> for
/// <c>TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384</c>. Those of TLS 1.3 have one name everywhere.
/// </summary>
static class CipherNames
{
    internal static string? Of(string? registered)
    {
        const string prefix = "TLS_", with = "_WITH_";
        if (registered is null || !registered.StartsWith(prefix, StringComparison.Ordinal) || registered.Split(with) is not [var exchange, var cipher])
            return registered;
        var key = exchange[prefix.Length..];
        var name = cipher.Replace("AES_128", "AES128", StringComparison.Ordinal).Replace("AES_256", "AES256", StringComparison.Ordinal)
            .Replace("_CBC", "", StringComparison.Ordinal).Replace("CHACHA20_POLY1305_SHA256", "CHACHA20_POLY1305", StringComparison.Ordinal);
        return (key == "RSA" ? name : $"{key}_{name}").Replace('_', '-');
    }
}
