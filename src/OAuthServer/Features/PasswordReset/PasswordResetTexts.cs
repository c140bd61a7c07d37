namespace OAuthServer.Features.PasswordReset;

/// <summary>Names the texts in PasswordResetTexts.resx.</summary>
public sealed class PasswordResetTexts;
