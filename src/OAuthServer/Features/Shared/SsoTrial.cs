using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using OAuthServer.Federation;

namespace OAuthServer.Features.Shared;

/// <summary>Names the texts in SsoTrialTexts.resx.</summary>
public sealed class SsoTrialTexts;

/// <summary>A sign-in that was only tried: what came back, each check with its outcome, and which account it would have been. Nobody was signed in.</summary>
/// <param name="Answer">What the provider said.</param>
/// <param name="Account">What it would have led to; null where the answer does not hold.</param>
public sealed record SsoTrial(ProviderAnswer Answer, FederatedAccount? Account)
{
    const string View = "/Features/Shared/SsoTrial.cshtml";

    /// <summary>What stands in the way: of the answer, or of an account for it.</summary>
    public AssertionFlaw Flaw => Answer.Flaw != AssertionFlaw.None ? Answer.Flaw : Account is FederatedAccount.Refused refused ? refused.Flaw : AssertionFlaw.None;

    /// <summary>Nothing does.</summary>
    public bool Holds => Flaw == AssertionFlaw.None;

    /// <summary>As a page.</summary>
    public static IActionResult Result(SsoTrial trial) => new ViewResult
    {
        ViewName = View,
        ViewData = new ViewDataDictionary<SsoTrial>(new EmptyModelMetadataProvider(), new ModelStateDictionary()) { Model = trial },
    };
}
