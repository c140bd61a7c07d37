namespace OAuthServer.Email;

/// <summary>A message to one person.</summary>
/// <param name="To">The address.</param>
/// <param name="Subject">One line.</param>
/// <param name="Text">Plain text.</param>
/// <param name="Html">The same as HTML; null = text only.</param>
public sealed record Mail(string To, string Subject, string Text, string? Html = null)
{
    /// <summary>
    /// The organization it is written for, whose administrators see whether it has left; null = the server's own, which no organization sees. Never
    /// found by the address: that may be somebody else's by then.
    /// </summary>
    public string? OrgId { get; init; }
}
