namespace OAuthServer.Features.Setup.Overview;

/// <summary>Names the texts in OverviewTexts.resx.</summary>
public sealed class OverviewTexts;
