namespace OAuthServer.Features.Setup.Apps;

/// <summary>Names the texts in AppsTexts.resx.</summary>
public sealed class AppsTexts;
