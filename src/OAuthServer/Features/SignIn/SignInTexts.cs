namespace OAuthServer.Features.SignIn;

/// <summary>Names the texts in SignInTexts.resx.</summary>
public sealed class SignInTexts;
