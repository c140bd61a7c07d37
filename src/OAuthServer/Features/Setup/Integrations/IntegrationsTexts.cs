namespace OAuthServer.Features.Setup.Integrations;

/// <summary>Names the texts in IntegrationsTexts.resx.</summary>
public sealed class IntegrationsTexts;
