namespace OAuthServer.Features.Setup.Networks;

/// <summary>Names the texts in NetworksTexts.resx.</summary>
public sealed class NetworksTexts;
