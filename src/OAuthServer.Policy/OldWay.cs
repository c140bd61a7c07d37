namespace OAuthServer.Policy;

/// <summary>What the rules know of an old way in, a password where something better has been made, that is not open at this moment.</summary>
/// <param name="Id">The integration that was closed, or the announced brown-out.</param>
/// <param name="Until">When the brown-out ends; null = closed until an administrator opens it again.</param>
public sealed record OldWay(string Id, DateTimeOffset? Until);
