namespace OAuthServer.Federation.Saml;

/// <summary>Whom a provider's assertion speaks of: the same account whether it came with a browser or to the token endpoint.</summary>
public static class SamlIdentity
{
    /// <summary>A reading as an answer of the provider. Whether the assertion was used before is not known here.</summary>
    public static ProviderAnswer Of(ProviderEntry provider, SamlReading reading)
    {
        if (reading.Assertion is not { } assertion)
            return new() { Provider = provider, Flaw = reading.Flaw, Checks = reading.Checks, Decoded = reading.Xml };
        var attribute = provider.Settings.Saml!.SubjectAttribute;
        var claims = new ProviderClaims(assertion.Attributes, assertion.Attributes.GetValueOrDefault("email_verified") is ["true"]);
        var subject = attribute is null ? assertion.Subject.Value : claims.First([attribute]);
        // A name that is another one each time names nobody (core section 8.3.8).
        var isName = attribute is not null || assertion.Subject.Format != SamlNames.TransientFormat;
        if (!isName || string.IsNullOrWhiteSpace(subject) || subject.Length > SamlNameId.MaxLength || subject.Any(char.IsControl))
            return new() { Provider = provider, Flaw = AssertionFlaw.NoSubject, Checks = [.. reading.Checks, new(AssertionFlaw.NoSubject, Holds: false)], Decoded = reading.Xml };
        return new()
        {
            Provider = provider,
            Flaw = AssertionFlaw.None,
            Checks = reading.Checks,
            Subject = subject,
            Format = attribute is null ? assertion.Subject.Format ?? "" : "",
            Claims = claims,
            HasSecondFactor = assertion.Authentication?.ContextClass is { } context && provider.Settings.SecondFactors.Contains(context, StringComparer.Ordinal),
            AuthenticatedAt = assertion.Authentication?.At,
            Session = assertion.Authentication is { } there
                ? new(provider.Id, subject, there.SessionIndex, SamlSubject.Write(assertion.Subject), there.SessionEnds)
                : null,
            Once = new(assertion.Id, assertion.UsableUntil),
            Decoded = reading.Xml,
        };
    }
}
