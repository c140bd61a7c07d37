namespace OAuthServer.Features.Shared;

/// <summary>Names the texts in SharedTexts.resx: those of the layout, of refusals, and those that several features show.</summary>
public sealed class SharedTexts;
