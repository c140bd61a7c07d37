using System.Text;
using OAuthServer.Policy;

namespace OAuthServer.Login;

/// <summary>The findings of all rules as the record keeps them: one per line, name, tab, verdict.</summary>
public static class LoginTrace
{
    static readonly string AllPassed = Compose([.. LoginPolicy.Rules.Select(rule => new Finding(rule.Name, Verdict.Pass))]);

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
