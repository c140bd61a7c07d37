using System.Text;
using OAuthServer.Policy;

namespace OAuthServer.Login;

/// <summary>The findings of all rules as the record keeps them: one per line, name, tab, verdict; one word where every rule passed.</summary>
public static class LoginTrace
{
    /// <summary>Most records, and so it is kept short.</summary>
    const string AllPassed = "passed";

    public static string Write(LoginRuling ruling) =>
        ruling is { DecidingRule: null, Decision: LoginDecision.Allow } ? AllPassed : Compose(ruling.Trace);

    static string Compose(IReadOnlyList<Finding> trace)
    {
        var text = new StringBuilder(512);
        foreach (var finding in trace)
            text.Append(finding.Rule).Append('\t').Append(Word(finding.Verdict)).Append('\n');
        return text.ToString();
    }

    static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Denied denied => "denied " + denied.Reason,
        Verdict.Needs needs => "needs " + string.Join(" or ", needs.OneOf),
        _ => "passed",
    };
}
