namespace OAuthServer.Features.Consent;

/// <summary>Names the texts in ConsentTexts.resx.</summary>
public sealed class ConsentTexts;
