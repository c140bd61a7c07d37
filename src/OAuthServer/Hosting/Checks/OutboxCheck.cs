using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;

namespace OAuthServer.Hosting.Checks;

/// <summary>Does mail leave?</summary>
static class OutboxCheck
{
    const string Subject = "outbox";
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    internal static async Task RunAsync(ServerDb db, DateTimeOffset now, List<Finding> findings)
    {
        var waiting = db.OutboxMessages.Where(message => message.SentAt == null);
        var count = await waiting.CountAsync();
        if (count == 0 || await waiting.MinAsync(message => (DateTimeOffset?)message.CreatedAt) is not { } oldest)
            findings.Ok(Subject, "no message waits.");
        else if (now - oldest <= Patience)
            findings.Ok(Subject, $"{count} messages wait, the oldest since {oldest:u}.");
        else
            findings.Warn(Subject, $"{count} messages wait, the oldest since {oldest:u}; check the mail server below, and that a server runs.");
    }
}
