namespace OAuthServer.Features.EndSession;

/// <summary>Names the texts in EndSessionTexts.resx.</summary>
public sealed class EndSessionTexts;
