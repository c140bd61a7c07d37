namespace OAuthServer.Features.Setup;

/// <summary>Names the texts in SetupTexts.resx.</summary>
public sealed class SetupTexts;
