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
        var waiting = await db.OutboxMessages.AsNoTracking().Where(message => message.SentAt == null)
            .OrderBy(message => message.CreatedAt).Select(message => message.CreatedAt).ToListAsync();
        if (waiting.Count == 0)
            findings.Ok(Subject, "no message waits.");
        else if (now - waiting[0] <= Patience)
            findings.Ok(Subject, $"{waiting.Count} messages wait, the oldest since {waiting[0]:u}.");
        else
            findings.Warn(Subject, $"{waiting.Count} messages wait, the oldest since {waiting[0]:u}; check the mail server below, and that a server runs.");
    }
}
