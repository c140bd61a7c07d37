using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Hosting.Configuration;

namespace OAuthServer.Hosting.Checks;

/// <summary>Is the demo where strangers can reach it? Its people live under <c>.example</c>, where nobody real does (RFC 2606).</summary>
static class DemoCheck
{
    const string Subject = "demo data";

    internal static async Task RunAsync(ServerDb db, string publicUrl, List<Finding> findings)
    {
        var people = await db.Users.AsNoTracking().CountAsync(user => user.IsDeclared && user.Email.EndsWith(".example"));
        if (people == 0)
            findings.Ok(Subject, "none.");
        else if (AddressRules.IsThisMachine(new Uri(publicUrl).Host))
            findings.Ok(Subject, $"{people} users, on this machine only.");
        else
            findings.Fail(Subject, $"{people} declared users with addresses under .example, and the public URL is not this machine; use another database.");
    }
}
