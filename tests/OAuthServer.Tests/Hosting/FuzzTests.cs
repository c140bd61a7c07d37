using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using OAuthServer.Orgs;
using OAuthServer.Tests.Features.Authorize;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Hosting;

/// <summary>Ten thousand spoilt requests: nothing a stranger sends is the server's mistake, and none of it stays in memory.</summary>
public sealed class FuzzTests
{
    const int Seed = 20261122;
    const long MostGrowth = 16 * 1024 * 1024;
    const string Form = "application/x-www-form-urlencoded";

    [Theory]
    [InlineData("SQLite", 10_000)]
    [InlineData("PostgreSQL", 4_000)]
    public async Task Spoilt_requests_are_refused_in_time_without_errors_and_without_growth(string database, int count)
    {
        await using var server = await TestServer.StartAsync(database == "PostgreSQL");
        var vendor = await FuzzVendorRequests.HonestAsync(server);
        foreach (var request in vendor.Select(make => make()))
        {
            var answer = await request.SendAsync(server.Address);
            Assert.True(WhatIsWrong(request, answer) is null && !FuzzVendorRequests.IsAtNoDoor(answer), $"{request}\n{answer}");
        }
        IReadOnlyList<Func<FuzzRequest>> honest = [.. await HonestAsync(server), .. vendor];
        var failures = new ConcurrentQueue<string>();
        await RunAsync(server, honest, 0, count / 5, failures);
        var before = Memory();
        await RunAsync(server, honest, count / 5, count, failures);
        Assert.True(failures.IsEmpty, string.Join("\n\n", failures.Take(5).Concat(server.Log.Lines.Where(IsComplaint).Take(5))));
        var complaints = server.Log.Lines.Where(IsComplaint).ToList();
        Assert.True(complaints.Count == 0, complaints.Count + "\n" + string.Join("\n\n", complaints.Take(3)));
        Assert.InRange(Memory() - before, long.MinValue, MostGrowth);
        using var client = server.From();
        Assert.Equal(200, (int)(await client.GetAsync("/health/ready", TestContext.Current.CancellationToken)).StatusCode);
    }

    static async Task RunAsync(TestServer server, IReadOnlyList<Func<FuzzRequest>> honest, int from, int to, ConcurrentQueue<string> failures) =>
        await Parallel.ForAsync(from, to, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (number, _) =>
        {
            var random = new Random(Seed + number);
            var request = honest[random.Next(honest.Count)]();
            FuzzMutations.Apply(request, random);
            try
            {
                var answer = await request.SendAsync(server.Address);
                if (WhatIsWrong(request, answer) is { } wrong)
                    failures.Enqueue($"#{number} {wrong}\n{request}\n{answer}");
            }
            catch (OperationCanceledException)
            {
                failures.Enqueue($"#{number} was not answered in time:\n{request}");
            }
        });

    static string? WhatIsWrong(FuzzRequest request, string answer)
    {
        if (answer.Length == 0)
            return request.HangsUpAfter is null && request.Body.Length < 128 * 1024 ? "got no answer" : null;
        var status = answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? int.Parse(answer.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture) : 999;
        // A spoilt request line can end in another version: 505 is the protocol's own word for that. SOAP has 500 for all its faults.
        return status is >= 500 and not 505 && !(status == 500 && IsFaultOfTheCaller(answer)) ? "was the server's mistake" : null;
    }

    static bool IsFaultOfTheCaller(string answer) =>
        answer.Contains("<sf:exceptionCode>", StringComparison.Ordinal) && !answer.Contains("<sf:exceptionCode>UNKNOWN_EXCEPTION<", StringComparison.Ordinal)
        && !answer.Contains("<sf:exceptionCode>SERVER_UNAVAILABLE<", StringComparison.Ordinal);

    /// <summary>A failed write batch counts too: it would make strangers slow down everybody's logins.</summary>
    static bool IsComplaint(string line) =>
        line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Critical", StringComparison.Ordinal) || line.Contains("writes failed", StringComparison.Ordinal);

    static long Memory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    /// <summary>One honest request, or more, of every endpoint of the RFCs and of the server's own.</summary>
    static async Task<IReadOnlyList<Func<FuzzRequest>>> HonestAsync(TestServer server)
    {
        var org = await TestOrg.AddAsync(server);
        var user = await org.UserAsync(new ProfileSettings { SecurityToken = new() { OffTrustedNetworks = false }, Lockout = new() { MaxInvalidAttempts = 0 } });
        var app = await org.AppAsync(runAs: user.Id);
        var vendor = await org.AppAsync(TestOrg.SalesforceApp, runAs: user.Id);
        var login = await user.LoginAsync(app, TestServer.Outside);
        var other = await user.LoginAsync(app, TestServer.Outside);
        var opaque = await user.LoginAsync(vendor, TestServer.Outside);
        login.IsAllowed();
        opaque.IsAllowed();
        var secret = $"client_id={app.ClientId}&client_secret={app.Secret}";
        var basic = "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes($"{app.ClientId}:{app.Secret}"));
        var bearer = "Bearer " + login["access_token"];
        var password = $"grant_type=password&username={user.Username}&password={user.Password}";
        var browsed = await AuthorizeScene.ReadyAsync(server);
        var (code, idToken) = (await browsed.CodeAsync(), (await browsed.TokensAsync())["id_token"]);
        var handle = (await browsed.AuthorizeAsync(("prompt", "consent"))).Parameter("request");
        var authorize = AuthorizeScene.UrlOf(browsed.Request());
        var cookie = string.Join("; ", browsed.Browser.Cookies.Select(pair => $"{pair.Key}={pair.Value}"));
        return
        [
            () => new("POST", "/services/oauth2/token", Form, $"{password}&{secret}"),
            () => new("POST", "/services/oauth2/token", Form, $"{password}&client_id={vendor.ClientId}&client_secret={vendor.Secret}&format=xml"),
            () => new("POST", "/services/oauth2/token", Form, $"grant_type=client_credentials&{secret}"),
            () => With("Authorization", basic, new("POST", "/services/oauth2/token", Form, "grant_type=client_credentials")),
            () => new("POST", "/services/oauth2/token", Form, $"grant_type=refresh_token&refresh_token={login["refresh_token"]}&{secret}"),
            () => new("GET", authorize, null, ""),
            () => new("GET", authorize + "&prompt=none", null, ""),
            () => With("Cookie", cookie, new("GET", authorize, null, "")),
            () => With("Cookie", cookie, new("GET", authorize + "&prompt=none&max_age=1000&response_mode=form_post", null, "")),
            () => new("POST", "/services/oauth2/authorize", Form, authorize[(authorize.IndexOf('?', StringComparison.Ordinal) + 1)..]),
            () => new("POST", "/services/oauth2/par", Form, $"{authorize[(authorize.IndexOf('?', StringComparison.Ordinal) + 1)..]}&client_secret={browsed.App.Secret}"),
            () => new("POST", "/services/oauth2/token", Form, $"grant_type=authorization_code&code={code}&redirect_uri={Uri.EscapeDataString(AuthorizeScene.RedirectUri)}&code_verifier={AuthorizeScene.Verifier}&client_id={browsed.App.ClientId}&client_secret={browsed.App.Secret}"),
            () => With("Cookie", cookie, new("GET", "/consent?request=" + handle, null, "")),
            () => With("Cookie", cookie, new("POST", "/consent?request=" + handle, Form, "decision=allow&scope=openid")),
            () => new("GET", "/services/auth/idp/oidc/logout?post_logout_redirect_uri=https%3A%2F%2Fapp.example%2Fgoodbye&state=x&id_token_hint=" + idToken, null, ""),
            () => new("POST", "/services/auth/idp/oidc/logout", Form, "id_token_hint=" + idToken),
            () => With("Cookie", cookie, new("GET", "/logout?state=x&client_id=" + browsed.App.ClientId, null, "")),
            () => new("POST", "/services/oauth2/introspect", Form, $"token={login["access_token"]}&{secret}"),
            () => new("POST", "/services/oauth2/revoke", Form, $"token={other["refresh_token"]}&{secret}"),
            () => new("GET", "/services/oauth2/revoke?token=" + Uri.EscapeDataString(other["access_token"]!), null, ""),
            () => With("Authorization", bearer, new("GET", "/services/oauth2/userinfo", null, "")),
            () => With("Authorization", "Bearer " + opaque["access_token"], new("POST", "/services/oauth2/userinfo", Form, "x=y")),
            () => new("GET", "/.well-known/openid-configuration", null, ""),
            () => new("GET", "/.well-known/oauth-authorization-server", null, ""),
            () => new("GET", "/id/keys", null, ""),
            () => new("GET", "/health/live", null, ""),
            () => new("GET", "/health/ready", null, ""),
            () => With("Authorization", bearer, new("GET", "/api/me", null, "")),
            () => With("Authorization", bearer, new("GET", "/api/me/security-token", null, "")),
            () => With("Authorization", bearer, new("GET", "/api/me/sign-ins?limit=5", null, "")),
            () => With("Authorization", bearer, new("GET", "/api/me/sign-ins/" + login.Reference, null, "")),
            () => With("Authorization", bearer, new("POST", "/api/me/security-token/reset", "application/json", "{\"overlapDays\":0}")),
            () => With("Authorization", bearer, new("PUT", "/api/me/password", "application/json", "{\"currentPassword\":\"wrong\",\"newPassword\":\"Battery-Staple-9\"}")),
            () => With("Authorization", bearer, new("POST", "/api/me/authenticator", "application/json", "{\"currentPassword\":\"wrong\"}")),
            () => With("Authorization", bearer, new("POST", "/api/me/authenticator/confirm", "application/json", "{\"code\":\"123456\"}")),
            () => With("Authorization", bearer, new("GET", "/api/me/authenticator/qr.svg", null, "")),
            () => With("Authorization", bearer, new("POST", "/api/me/authenticator/remove", "application/json", "{\"currentPassword\":\"wrong\"}")),
            () => With("Authorization", bearer, new("DELETE", "/api/me/authenticator", null, "")),
            () => With("Authorization", bearer, new("POST", "/api/me/recovery-codes", "application/json", "{\"currentPassword\":\"wrong\"}")),
        ];
    }

    static FuzzRequest With(string name, string value, FuzzRequest request)
    {
        request.Replace(name, value);
        return request;
    }
}
