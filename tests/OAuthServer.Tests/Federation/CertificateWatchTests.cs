using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Federation;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Federation;

/// <summary>Administrators hear of a certificate's end in time, once for each of 30, 7 and 1 days.</summary>
public sealed class CertificateWatchTests
{
    [Fact]
    public async Task Administrators_are_mailed_at_thirty_seven_and_one_days_and_nobody_else_is()
    {
        await using var server = await TestServer.StartAsync();
        var org = await TestOrg.AddAsync(server);
        var admin = await org.UserAsync(new() { Permissions = new() { Administrator = true } });
        var clerk = await org.UserAsync();
        var ends = server.Clock.GetUtcNow().AddDays(40);
        await org.ProviderAsync(Provider(Certificate(ends)));
        var mails = new List<int>();
        foreach (var daysLeft in new[] { 40, 30, 29, 8, 7, 6, 1, 0, -1 })
        {
            server.Clock.Set(ends.AddDays(-daysLeft).AddMinutes(1));
            await server.Services.GetRequiredService<CertificateWatch>().WarnAsync(TestContext.Current.CancellationToken);
            mails.Add(await CountAsync(server, admin));
        }
        Assert.Equal([0, 1, 1, 1, 2, 2, 3, 3, 3], mails);
        Assert.Equal(0, await CountAsync(server, clerk));
    }

    [Fact]
    public async Task One_that_is_being_rolled_over_worries_nobody()
    {
        await using var server = await TestServer.StartAsync();
        var org = await TestOrg.AddAsync(server);
        var admin = await org.UserAsync(new() { Permissions = new() { Administrator = true } });
        var now = server.Clock.GetUtcNow();
        await org.ProviderAsync(Provider(Certificate(now.AddDays(3)), Certificate(now.AddDays(400))));
        var watch = server.Services.GetRequiredService<CertificateWatch>();
        await watch.WarnAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, await CountAsync(server, admin));
        var left = Assert.Single(watch.DaysLeft());
        Assert.InRange(left.Value, 399, 400);
    }

    static ProviderSettings Provider(params string[] certificates) => new()
    {
        Label = "Acme SAML",
        Saml = new() { EntityId = "urn:idp", SingleSignOnUrl = "https://idp.example.test/sso", Certificates = certificates },
    };

    static string Certificate(DateTimeOffset notAfter)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=idp.example.test", key, HashAlgorithmName.SHA256).CreateSelfSigned(notAfter.AddDays(-500), notAfter);
        return certificate.ExportCertificatePem();
    }

    /// <summary>Mails that wait or were sent: the rows, so that no worker has to be waited for.</summary>
    static async Task<int> CountAsync(TestServer server, TestUser user)
    {
        var email = (await user.RowAsync()).Email;
        await using var db = server.Database.NewContext();
        return db.OutboxMessages.Count(m => m.Recipient == email && m.Subject.Contains("certificate"));
    }
}
