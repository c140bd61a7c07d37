namespace OAuthServer.Features.Device;

/// <summary>Names the texts in DeviceTexts.resx.</summary>
public sealed class DeviceTexts;
