namespace OAuthServer.Features.Home;

/// <summary>Names the texts in HomeTexts.resx.</summary>
public sealed class HomeTexts;
