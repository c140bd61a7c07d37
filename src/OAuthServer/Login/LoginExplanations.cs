namespace OAuthServer.Login;

/// <summary>Tells the whole truth about one attempt in sentences, for the account's owner and for administrators.</summary>
public sealed class LoginExplanations
{
    /// <summary>The explanation of a login record; null when there is no such record.</summary>
    public Task<string?> ExplainAsync(long id) => throw new NotSupportedException($"{id}");
}
