namespace OAuthServer.Features.SingleAccess;

/// <summary>Names the texts in SingleAccessTexts.resx.</summary>
public sealed class SingleAccessTexts;
