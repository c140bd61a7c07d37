using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Http;

namespace OAuthServer.Hosting.Checks;

/// <summary>Is the demo where strangers can reach it? Its passwords were generated and printed.</summary>
static class DemoCheck
{
    const string Subject = "demo data";

    internal static async Task RunAsync(ServerDb db, string publicUrl, List<Finding> findings)
    {
        var demos = await db.Organizations.AsNoTracking().CountAsync(org => org.IsDemo);
        if (demos == 0)
            findings.Ok(Subject, "none.");
        else if (ThisMachine.IsNamed(new Uri(publicUrl).Host))
            findings.Ok(Subject, $"{demos} demo organization(s), on this machine only.");
        else
            findings.Fail(Subject, $"{demos} demo organization(s), and the public URL is not this machine; use another database.");
    }
}
