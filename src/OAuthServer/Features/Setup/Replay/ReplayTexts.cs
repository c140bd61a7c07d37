namespace OAuthServer.Features.Setup.Replay;

/// <summary>Names the texts in ReplayTexts.resx.</summary>
public sealed class ReplayTexts;
