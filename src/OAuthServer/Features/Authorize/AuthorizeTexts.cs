namespace OAuthServer.Features.Authorize;

/// <summary>Names the texts in AuthorizeTexts.resx.</summary>
public sealed class AuthorizeTexts;
