using OAuthServer.Configuration;

namespace OAuthServer.Hosting.Configuration;

/// <summary>The bounds of the numbers in config/server.json.</summary>
static class NumberRules
{
    internal static void Check(ServerFile file, FileReport report)
    {
        report.Within("trustedProxies.hops", file.TrustedProxies.Hops, 1, 10);
        // Fewer rounds make a stolen database cheap to guess through.
        report.Within("passwords.rounds", file.Passwords.Rounds, 100_000, 10_000_000);
        report.Within("passwords.atOnce", file.Passwords.AtOnce, 0, 256);
        report.Within("passwords.waiting", file.Passwords.Waiting, 1, 100_000);
        if (file.Tls is { } tls)
            report.Within("tls.hstsDays", tls.HstsDays, 0, 3650);
        report.Within("keys.rotateAfterDays", file.Keys.RotateAfterDays, 1, 3650);
        report.Within("keys.publishAheadHours", file.Keys.PublishAheadHours, 1, 720);
        if (file.Keys is { RotateAfterDays: >= 1 and <= 3650 } keys && keys.PublishAheadHours >= keys.RotateAfterDays * 24)
            report.Add("keys.publishAheadHours", $"{keys.PublishAheadHours} hours are not less than keys.rotateAfterDays; use fewer.");
        report.Within("limits.requestsPerNetwork", file.Limits.RequestsPerNetwork, 1, 1_000_000);
        report.Within("limits.refusalsPerNetwork", file.Limits.RefusalsPerNetwork, 1, 1_000_000);
        report.Within("limits.refusalsPerApp", file.Limits.RefusalsPerApp, 1, 1_000_000);
        report.Within("limits.forgivenPerMinute", file.Limits.ForgivenPerMinute, 1, 1_000_000);
        report.Within("limits.historyDays", file.Limits.HistoryDays, 1, 3650);
        report.Within("limits.auditDays", file.Limits.AuditDays, 30, 3650);
    }
}
