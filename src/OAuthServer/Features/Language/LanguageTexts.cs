namespace OAuthServer.Features.Language;

/// <summary>Names the texts in LanguageTexts.resx.</summary>
public sealed class LanguageTexts;
