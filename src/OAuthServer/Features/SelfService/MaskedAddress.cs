namespace OAuthServer.Features.SelfService;

/// <summary>An e-mail address its owner recognises and a stranger does not learn.</summary>
static class MaskedAddress
{
    internal static string Of(string address)
    {
        var at = address.LastIndexOf('@');
        return at < 1 ? "***" : $"{address[0]}***{address[at..]}";
    }
}
