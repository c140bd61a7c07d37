namespace OAuthServer.Features.Shared;

/// <summary>A refusal as one bare word, by which clients of the salesforce dialect know what to do (contract, section 1, no. 16).</summary>
public static class BareWord
{
    public static Task AnswerAsync(HttpContext context, int status, string word)
    {
        OAuthAnswer.Begin(context, status, "text/plain;charset=UTF-8");
        return context.Response.WriteAsync(word);
    }
}
