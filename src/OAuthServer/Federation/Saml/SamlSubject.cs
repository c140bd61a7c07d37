using System.Text.Json;

namespace OAuthServer.Federation.Saml;

/// <summary>The name that a provider gave, with its qualifiers, as it is kept for the day it is asked to sign that name out (profiles section 4.4.4.1).</summary>
static class SamlSubject
{
    internal static string Write(SamlNameId name) => JsonSerializer.Serialize(name);

    internal static SamlNameId? Read(string? hint) => hint is null ? null : JsonSerializer.Deserialize<SamlNameId>(hint);
}
