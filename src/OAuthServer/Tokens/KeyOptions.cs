namespace OAuthServer.Tokens;

/// <summary>Rotation of signing keys.</summary>
public sealed record KeyOptions
{
    public int RotateAfterDays { get; init; } = 90;

    /// <summary>A new key is published this long before it signs, so that every cache of the key set has seen it.</summary>
    public int PublishAheadHours { get; init; } = 24;
}
