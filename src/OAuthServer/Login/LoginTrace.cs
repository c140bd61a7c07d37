using System.Text;
using OAuthServer.Data;
using OAuthServer.Policy;

namespace OAuthServer.Login;

/// <summary>The findings of all rules as the record keeps them: one per line, name, tab, verdict; one word where every rule passed.</summary>
public static class LoginTrace
{
    /// <summary>Most records, and so it is kept short.</summary>
    const string AllPassed = "passed";

    const string NeedsWord = "\tneeds ";

    public static string Write(LoginRuling ruling) =>
        ruling is { DecidingRule: null, Decision: LoginDecision.Allow } ? AllPassed : Compose(ruling.Trace);

    /// <summary>The first of what the deciding rule asked for; null where it asked for nothing.</summary>
    public static ChallengeKind? Asked(LoginRecord record)
    {
        var needs = record.DecidingRule + NeedsWord;
        var finding = record.Trace.Split('\n').FirstOrDefault(line => line.StartsWith(needs, StringComparison.Ordinal));
        return finding is not null && Enum.TryParse<ChallengeKind>(finding[needs.Length..].Split(' ')[0], out var kind) ? kind : null;
    }

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
