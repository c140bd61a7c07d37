namespace OAuthServer.Features.Setup.Server;

/// <summary>Names the texts in ServerTexts.resx.</summary>
public sealed class ServerTexts;
