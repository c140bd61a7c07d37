namespace OAuthServer.Features.Sso;

/// <summary>Names the texts in SsoTexts.resx.</summary>
public sealed class SsoTexts;
