using OAuthServer.Federation;

namespace OAuthServer.Features.Setup;

/// <summary>A certificate in a table.</summary>
/// <param name="Certificate">Which.</param>
/// <param name="Tone">How its end is coloured.</param>
/// <param name="Days">Whole days until then; negative when it is past.</param>
public sealed record CertificateLine(ProviderCertificate Certificate, string Tone, int Days);
