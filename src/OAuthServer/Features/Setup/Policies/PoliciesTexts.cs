namespace OAuthServer.Features.Setup.Policies;

/// <summary>Names the texts in PoliciesTexts.resx.</summary>
public sealed class PoliciesTexts;
