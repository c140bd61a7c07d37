using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace OAuthServer.Data;

/// <summary>An instant as milliseconds since 1970, UTC.</summary>
public sealed class MillisecondsConverter() : ValueConverter<DateTimeOffset, long>(
    at => at.ToUnixTimeMilliseconds(),
    milliseconds => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds));
