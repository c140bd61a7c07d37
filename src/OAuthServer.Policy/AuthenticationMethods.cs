namespace OAuthServer.Policy;

/// <summary>Proofs as RFC 8176 method references and as a context class.</summary>
static class AuthenticationMethods
{
    internal static IReadOnlyList<string> Of(Proof proven) => throw new NotSupportedException();

    internal static string ClassOf(Proof proven) => throw new NotSupportedException();
}
