using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Federation;
using OAuthServer.Federation.Saml;
using OAuthServer.Http;
using OAuthServer.Login;

namespace OAuthServer.Features.Saml;

/// <summary>
/// Single logout (SAML profiles section 4.4), by redirect and by post. A provider's request ends the sessions that came from it and is
/// answered; a provider's answer leads the browser on to where it was to go. What is not signed by the provider ends nothing.
/// </summary>
public sealed class SingleLogoutDoor(
    SsoRequests requests, SamlPeers peers, SamlKeyRing keys, SamlMetadataFetching metadata, BrowserSessions sessions, Reposting reposting, WriteQueue writes,
    IStringLocalizer<SamlTexts> texts, TimeProvider clock, ILogger<SingleLogoutDoor> log)
{
    /// <summary>What follows from the message.</summary>
    public async Task<IActionResult> HandleAsync(HttpContext context, ProviderEntry provider)
    {
        var (form, _) = await RequestForm.ReadAsync(context);
        (provider, var known) = await metadata.KnownAsync(provider, context.RequestAborted);
        if (form is null || known is not SamlMetadataReading.Found { Provider: var idp })
            return Wrong(context);
        var field = form["SAMLResponse"] is null ? "SAMLRequest" : "SAMLResponse";
        if (form[field] is not { } message)
            return Wrong(context);
        var isPost = HttpMethods.IsPost(context.Request.Method);
        if (isPost && field == "SAMLResponse" && reposting.IsWanted(context, form))
            return reposting.Again(context, form, provider.Path + "/slo");
        var back = field == "SAMLResponse" ? await requests.TakeAsync(context, provider, form["RelayState"]) : null;
        SamlLogoutReading Read(SamlIdentityProvider sender)
        {
            var expectation = ExpectationOf(provider, sender, back);
            return isPost ? SamlLogouts.ReadPost(field, message, expectation) : SamlLogouts.ReadRedirect(context.Request.QueryString.Value!.TrimStart('?'), expectation);
        }
        var reading = Read(idp);
        if (reading.Flaw is AssertionFlaw.SignatureInvalid && peers.Of(await metadata.FetchAsync(provider, context.RequestAborted)) is SamlMetadataReading.Found { Provider: var newer })
            (idp, reading) = (newer, Read(newer)); // it may have changed its key a moment ago
        switch (reading.Message)
        {
            case LogoutRequest request when await IsFirstUseAsync(request, reading.UsableUntil):
                await EndAsync(provider, request);
                return await AnswerAsync(context, provider, idp, request, isPost ? form["RelayState"] : reading.RelayState);
            case LogoutResponse:
                return back!.Errand.Target is { } target && !target.StartsWith('/') ? new RedirectResult(target) : new LocalRedirectResult("~" + Routes.SignOut);
            default:
                log.LogWarning("A logout message at identity provider {ProviderId} does not hold: {Flaw}.", provider.Id, reading.Message is null ? reading.Flaw : AssertionFlaw.Replayed);
                return field == "SAMLResponse" ? new LocalRedirectResult("~" + Routes.SignOut) : Wrong(context);
        }
    }

    SamlLogoutExpectation ExpectationOf(ProviderEntry provider, SamlIdentityProvider idp, SsoReturn? back) => new()
    {
        IdentityProvider = idp.EntityId,
        SigningKeys = [.. idp.SigningCertificates.Select(SamlKey.Of)],
        SingleLogoutUrl = peers.LogoutOf(provider),
        Now = clock.GetUtcNow(),
        RequestId = back is { Errand.Purpose: SsoPurpose.SignOut } ? SsoRequests.MessageIdOf(back.Handle) : null,
    };

    /// <summary>Where an attribute names people in the NameID's place, only the session's index tells whose it is.</summary>
    async Task EndAsync(ProviderEntry provider, LogoutRequest request)
    {
        var subject = provider.Settings.Saml!.SubjectAttribute is null ? request.Subject.Value : null;
        var ended = 0;
        foreach (var index in request.SessionIndexes)
            ended += await sessions.EndOfProviderAsync(provider.Id, subject, index);
        if (request.SessionIndexes.Count == 0 && subject is not null)
            ended = await sessions.EndOfProviderAsync(provider.Id, subject, sessionId: null);
        log.LogInformation("Identity provider {ProviderId} ended {Count} sessions.", provider.Id, ended);
    }

    async Task<IActionResult> AnswerAsync(HttpContext context, ProviderEntry provider, SamlIdentityProvider idp, LogoutRequest request, string? relayState)
    {
        if ((idp.SloRedirect ?? idp.SloPost) is not { } endpoint)
            return new LocalRedirectResult("~" + Routes.SignOut);
        var answer = new LogoutResponse(SamlRequests.NewId(), clock.GetUtcNow(), endpoint.ResponseUrl, peers.EntityIdOf(provider), request.Id, SamlNames.Success);
        var key = (await keys.KeysAsync(context.RequestAborted))[0];
        relayState = relayState is { Length: <= 80 } ? relayState : null; // bindings section 3.4.3
        return idp.SloRedirect is not null
            ? new RedirectResult(SamlRequests.RedirectUrl(answer, key, relayState))
            : ProviderRequestResult.Of(context, new ProviderRequest.Post(
                endpoint.ResponseUrl, [new(answer.Field, SamlRequests.PostField(answer, key)), .. relayState is null ? Array.Empty<KeyValuePair<string, string>>() : [new("RelayState", relayState)]]));
    }

    Task<bool> IsFirstUseAsync(LogoutRequest request, DateTimeOffset until) =>
        writes.CommitAsync(scope => UsedAssertions.ClaimAsync(scope.Sql, "saml-logout " + request.Issuer, request.Id, until));

    IActionResult Wrong(HttpContext context) =>
        RefusalPage.Result(StatusCodes.Status400BadRequest, new(texts["WrongTitle"], texts["WrongSentence"], texts["WrongWhatToDo"]));
}
