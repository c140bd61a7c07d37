namespace OAuthServer.Features.Setup.Jobs;

/// <summary>Names the texts in JobsTexts.resx.</summary>
public sealed class JobsTexts;
