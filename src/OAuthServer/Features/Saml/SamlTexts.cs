namespace OAuthServer.Features.Saml;

/// <summary>Names the texts in SamlTexts.resx.</summary>
public sealed class SamlTexts;
