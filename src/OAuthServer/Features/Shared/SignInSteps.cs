using Microsoft.AspNetCore.Mvc;
using OAuthServer.Login;

namespace OAuthServer.Features.Shared;

/// <summary>Where a browser goes after a step of a sign-in that no form was posted for.</summary>
public static class SignInSteps
{
    /// <summary>The answer of the door.</summary>
    public static IActionResult Result(HttpContext context, SignInStep step)
    {
        switch (step)
        {
            case SignInStep.Done done:
                return new LocalRedirectResult("~" + done.To);
            case SignInStep.Asked asked:
                return new LocalRedirectResult("~" + SignInPaths.Of(asked.OneOf));
            case SignInStep.Refused { Outcome: var refused }:
                return SignInRefusal.Page(context, refused);
            case SignInStep.TooMany many:
                return SignInRefusal.TooMany(context, many.RetryAfterSeconds);
            case SignInStep.Busy:
                context.Response.Headers.RetryAfter = "5";
                return RefusalPage.Result(StatusCodes.Status503ServiceUnavailable, Refusal.Busy(context));
            default:
                return SignInRefusal.Over(context);
        }
    }
}
