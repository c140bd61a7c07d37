namespace OAuthServer.Features.Setup.SignIns;

/// <summary>Names the texts in SignInsTexts.resx.</summary>
public sealed class SignInsTexts;
