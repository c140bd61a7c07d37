namespace OAuthServer.Federation.Saml;

/// <summary>
/// Judges an assertion that is signed and parsed: core section 2.5, profiles section 4.1.4.3 for sign-ins, RFC 7522 section 3 for
/// bearer grants. All rules are run, so that whoever sets a provider up sees everything that is wrong at once.
/// </summary>
sealed record AssertionRules
{
    /// <summary>Who must have issued it.</summary>
    internal required string Issuer { get; init; }

    /// <summary>Our names, one of which every AudienceRestriction must list.</summary>
    internal required IReadOnlyList<string> Audiences { get; init; }

    /// <summary>Our addresses, one of which the recipient must be.</summary>
    internal required IReadOnlyList<string> Recipients { get; init; }

    internal required DateTimeOffset Now { get; init; }

    /// <summary>What a sign-in must meet beyond that; null for a bearer grant.</summary>
    internal SamlExpectation? SignIn { get; init; }

    DateTimeOffset Latest => Now + SamlExpectation.Skew;

    DateTimeOffset Earliest => Now - SamlExpectation.Skew;

    /// <summary>The assertion, if all that was checked so far and is checked now holds.</summary>
    internal SamlAssertion? Judge(ParsedAssertion parsed, CheckList checks)
    {
        checks.Check(AssertionFlaw.WrongIssuer, parsed.Issuer == Issuer && parsed.IssuerIsEntity, parsed.Issuer);
        checks.Check(AssertionFlaw.NoSubject, parsed.Subject is not null, parsed.Subject?.Value);
        checks.Check(AssertionFlaw.Malformed, parsed.UnknownCondition is null, parsed.UnknownCondition); // neither valid nor invalid: core section 2.5.1.1
        checks.Check(
            AssertionFlaw.WrongAudience, parsed.Audiences.Count > 0 && parsed.Audiences.All(listed => listed.Intersect(Audiences, StringComparer.Ordinal).Any()),
            string.Join(" + ", parsed.Audiences.Select(listed => string.Join(" | ", listed))));
        CheckWindow(parsed.NotBefore, parsed.NotOnOrAfter, checks);
        var confirmation = Confirm(parsed, checks);
        var authentication = SignIn is null ? First(parsed.Authentications) : CheckAuthentication(SignIn, parsed.Authentications, checks);
        if (checks.Flaw != AssertionFlaw.None)
            return null;
        return new(
            parsed.Id, parsed.Issuer, parsed.IssuedAt, parsed.Subject!, authentication, confirmation?.InResponseTo, UsableUntil(parsed), parsed.Attributes);
    }

    /// <summary>Any one bearer confirmation suffices (core section 2.4.1.1). If none does, the first is shown.</summary>
    ParsedConfirmation? Confirm(ParsedAssertion parsed, CheckList checks)
    {
        var confirmation = parsed.Confirmations.FirstOrDefault(each => Holds(each, parsed)) ?? First(parsed.Confirmations);
        if (!checks.Check(AssertionFlaw.SubjectNotConfirmed, confirmation is not null && IsBounded(confirmation, parsed)))
            return null;
        checks.Check(AssertionFlaw.WrongRecipient, IsForUs(confirmation!), confirmation!.Recipient);
        CheckWindow(confirmation.NotBefore, confirmation.NotOnOrAfter, checks);
        if (SignIn is not null)
        {
            var flaw = Answer(confirmation.InResponseTo, SignIn);
            checks.Check(flaw == AssertionFlaw.None ? AssertionFlaw.NotAsked : flaw, flaw == AssertionFlaw.None, confirmation.InResponseTo);
        }
        return confirmation;
    }

    bool Holds(ParsedConfirmation confirmation, ParsedAssertion parsed) =>
        IsBounded(confirmation, parsed) && IsForUs(confirmation) && HasBegun(confirmation.NotBefore) && Lasts(confirmation.NotOnOrAfter)
        && (SignIn is null || Answer(confirmation.InResponseTo, SignIn) == AssertionFlaw.None);

    /// <summary>A sign-in's confirmation has an end of its own; a bearer grant's may do without data where the Conditions end (RFC 7522 section 3, 5).</summary>
    bool IsBounded(ParsedConfirmation confirmation, ParsedAssertion parsed) =>
        confirmation.NotOnOrAfter is not null || (SignIn is null && IsBare(confirmation) && parsed.NotOnOrAfter is not null);

    bool IsForUs(ParsedConfirmation confirmation) =>
        Recipients.Contains(confirmation.Recipient, StringComparer.Ordinal) || (SignIn is null && IsBare(confirmation));

    static bool IsBare(ParsedConfirmation confirmation) => confirmation is { Recipient: null, NotBefore: null, NotOnOrAfter: null, InResponseTo: null };

    /// <summary>
    /// Whether what it says to answer is what was asked. With an open request it must say so; without one it must say nothing
    /// (profiles section 4.1.5), as what answers somebody else's request was stolen from that answer.
    /// </summary>
    internal static AssertionFlaw Answer(string? inResponseTo, SamlExpectation expected) => (inResponseTo, expected) switch
    {
        (null, { AllowUnsolicited: false }) => AssertionFlaw.Unsolicited,
        (null, { RequestId: null }) => AssertionFlaw.None,
        (not null, { RequestId: { } asked }) when inResponseTo == asked => AssertionFlaw.None,
        _ => AssertionFlaw.NotAsked,
    };

    SamlAuthentication? CheckAuthentication(SamlExpectation expected, IReadOnlyList<SamlAuthentication> statements, CheckList checks)
    {
        var statement = statements.FirstOrDefault(each => Meets(each, expected)) ?? First(statements);
        if (!checks.Check(AssertionFlaw.Malformed, statement is not null, "AuthnStatement"))
            return null;
        CheckWindow(statement!.At, statement.SessionEnds, checks);
        checks.Check(AssertionFlaw.ContextNotMet, Meets(statement, expected), $"{statement.ContextClass} {ElementReading.Written(statement.At)}");
        return statement;
    }

    static bool Meets(SamlAuthentication statement, SamlExpectation expected) =>
        (expected.AuthnContexts.Count == 0 || expected.AuthnContexts.Contains(statement.ContextClass, StringComparer.Ordinal))
        && (expected.AuthenticatedSince is not { } since || statement.At >= since - SamlExpectation.Skew);

    void CheckWindow(DateTimeOffset? notBefore, DateTimeOffset? notOnOrAfter, CheckList checks)
    {
        checks.Check(AssertionFlaw.NotYetValid, HasBegun(notBefore), Shown(notBefore));
        checks.Check(AssertionFlaw.Expired, Lasts(notOnOrAfter), Shown(notOnOrAfter));
    }

    static T? First<T>(IReadOnlyList<T> items)
        where T : class => items.Count > 0 ? items[0] : null;

    static string? Shown(DateTimeOffset? time) => time is { } at ? ElementReading.Written(at) : null;

    bool HasBegun(DateTimeOffset? notBefore) => notBefore is null || notBefore <= Latest;

    bool Lasts(DateTimeOffset? notOnOrAfter) => notOnOrAfter is null || notOnOrAfter > Earliest;

    /// <summary>When the last way of using it ends: the longest confirmation, as far as the conditions let it.</summary>
    static DateTimeOffset UsableUntil(ParsedAssertion parsed)
    {
        var confirmed = parsed.Confirmations.Max(confirmation => confirmation.NotOnOrAfter ?? DateTimeOffset.MaxValue);
        var end = parsed.NotOnOrAfter is { } conditions && conditions < confirmed ? conditions : confirmed;
        return end < DateTimeOffset.MaxValue - SamlExpectation.Skew ? end + SamlExpectation.Skew : DateTimeOffset.MaxValue;
    }
}
