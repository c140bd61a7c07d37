namespace OAuthServer.Features.Settings;

/// <summary>Names the texts in SettingsTexts.resx.</summary>
public sealed class SettingsTexts;
