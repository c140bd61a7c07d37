using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Accounts;
using OAuthServer.Data;
using OAuthServer.Features.SelfService;
using OAuthServer.Features.Shared;
using OAuthServer.Login;
using OAuthServer.Policy;
using OAuthServer.Tests.Accounts;

namespace OAuthServer.Tests.Features.SelfService;

public sealed class SelfServiceTests
{

    [Theory] // RFC 6750 section 3: no error code for who brought nothing
    [InlineData(null, 401, "Bearer")]
    [InlineData("Basic YTpi", 401, "Bearer")]
    [InlineData("Bearer a b", 400, "Bearer error=\"invalid_request\", error_description=\"The Authorization header cannot be read.\"")]
    public async Task Without_a_token_nothing_is_read_and_nothing_is_cached(string? header, int status, string challenge)
    {
        await using var scene = await AccountScene.NewAsync();
        var http = Door.Request(await Door.MeAsync(scene));
        if (header is not null)
            http.Request.Headers.Authorization = header;
        var refusal = await new BearerFilter(new BearerDoor(null!, null!, null!, null!, null!)).InvokeAsync(
            EndpointFilterInvocationContext.Create(http), _ => throw new InvalidOperationException("Nobody was let in."));
        var answer = await http.ExecuteAsync((IResult)refusal!);
        Assert.Equal(status, answer.Status);
        Assert.Equal(challenge, answer.Response.Headers.WWWAuthenticate);
        Assert.Equal("no-store", answer.Response.Headers.CacheControl);
    }

    [Theory]
    [InlineData(LoginChannel.PasswordGrant, 0, null)]
    [InlineData(LoginChannel.AuthorizationCode, 900, null)]
    [InlineData(LoginChannel.AuthorizationCode, 901, 401)]
    [InlineData(LoginChannel.ClientCredentials, 0, 403)]
    public async Task Changes_need_a_person_and_a_fresh_login(LoginChannel channel, int age, int? refused)
    {
        await using var scene = await AccountScene.NewAsync();
        var me = await Door.MeAsync(scene, channel: channel, authenticatedAt: scene.Clock.GetUtcNow().AddSeconds(-age));
        var refusal = new ChangeFilter(scene.Clock).WhyNot(me);
        if (refused is null)
        {
            Assert.Null(refusal);
            return;
        }
        var answer = await Door.Request(me).ExecuteAsync(refusal!);
        Assert.Equal(refused, answer.Status);
        if (refused == 401) // RFC 9470 section 3
            Assert.Equal(
                "Bearer error=\"insufficient_user_authentication\", error_description=\"Your login is too old for this.\", max_age=\"900\"",
                answer.Response.Headers.WWWAuthenticate);
    }

    [Fact]
    public async Task The_password_is_changed_with_the_right_one()
    {
        await using var scene = await AccountScene.NewAsync();
        var answer = await PutPasswordAsync(scene, $$"""{"currentPassword":"{{AccountScene.OldPassword}}","newPassword":"{{AccountScene.NewPassword}}"}""");
        Assert.Equal(204, answer.Status);
    }

    [Fact]
    public async Task A_wrong_current_password_is_counted_and_a_locked_account_is_not_tried()
    {
        await using var scene = await AccountScene.NewAsync();
        for (var i = 0; i < 10; i++)
            Assert.Equal("wrong-current-password", (await PutPasswordAsync(scene, """{"currentPassword":"no","newPassword":"velvet anchor 92"}""")).Problem);
        var right = $$"""{"currentPassword":"{{AccountScene.OldPassword}}","newPassword":"velvet anchor 92"}""";
        var answer = await PutPasswordAsync(scene, right);
        Assert.Equal((403, "locked"), (answer.Status, answer.Problem));
        Assert.Equal(10, (await scene.UserAsync(scene.Ada)).UntrustedFailures);
    }

    [Fact]
    public async Task Flaws_are_named_by_code_and_sentence()
    {
        await using var scene = await AccountScene.NewAsync();
        var answer = await PutPasswordAsync(scene, $$"""{"currentPassword":"{{AccountScene.OldPassword}}","newPassword":"short"}""");
        Assert.Equal(422, answer.Status);
        Assert.Equal("application/problem+json", answer.Response.ContentType);
        var flaw = answer.Json.GetProperty("flaws")[0];
        Assert.Equal("tooShort", flaw.GetProperty("code").GetString());
        Assert.Equal("Use at least 8 characters.", flaw.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("", 415)]
    [InlineData("{", 400)]
    [InlineData("null", 400)]
    [InlineData("[]", 400)]
    [InlineData("""{"currentPassword":"a"}""", 400)]
    [InlineData("""{"currentPassword":null,"newPassword":"b"}""", 400)]
    [InlineData("""{"currentPassword":"a","newPassword":"b","admin":true}""", 400)]
    [InlineData("""{"currentPassword":"a","newPassword":"b","newPassword":"c"}""", 400)]
    [InlineData("""{"CurrentPassword":"a","newPassword":"b"}""", 400)]
    [InlineData("""{"currentPassword":"\ud800","newPassword":"b"}""", 400)]
    [InlineData("""{"currentPassword":1,"newPassword":"b"}""", 400)]
    public async Task A_body_is_exactly_what_is_asked_for(string json, int status)
    {
        await using var scene = await AccountScene.NewAsync();
        var http = json.Length == 0 ? Door.Request(await Door.MeAsync(scene)) : Door.Request(await Door.MeAsync(scene), json);
        Assert.Equal(status, (await http.ExecuteAsync(await PasswordEndpoint.PutAsync(http, scene.Passwords, scene.CurrentPassword))).Status);
    }

    [Fact]
    public async Task A_body_is_bounded_and_JSON()
    {
        await using var scene = await AccountScene.NewAsync();
        Assert.Equal(413, (await PutPasswordAsync(scene, new string(' ', 16 * 1024 + 1))).Status);
        var form = Door.Request(await Door.MeAsync(scene), "{}", "application/x-www-form-urlencoded");
        Assert.Equal(415, (await form.ExecuteAsync(await PasswordEndpoint.PutAsync(form, scene.Passwords, scene.CurrentPassword))).Status);
    }

    [Fact]
    public async Task A_token_reset_tells_where_the_mail_went_and_never_the_token()
    {
        await using var scene = await AccountScene.NewAsync();
        var http = Door.Request(await Door.MeAsync(scene));
        var answer = await http.ExecuteAsync(await SecurityTokenEndpoints.ResetAsync(http, scene.Tokens));
        Assert.Equal(202, answer.Status);
        Assert.Equal("""{"sentTo":"a***@mail.example","oldTokenWorksUntil":null}""", answer.Text);
    }

    [Fact]
    public async Task A_token_reset_that_does_not_apply_says_why()
    {
        await using var scene = await AccountScene.NewAsync();
        var http = Door.Request(await Door.MeAsync(scene, scene.Profile with { Sso = SsoMode.Required }), """{"overlapDays":0}""");
        var answer = await http.ExecuteAsync(await SecurityTokenEndpoints.ResetAsync(http, scene.Tokens));
        Assert.Equal((409, "no-security-token"), (answer.Status, answer.Problem));
        Assert.Contains("identity provider", answer.Json.GetProperty("detail").GetString()!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_token_page_shows_uses_and_no_value()
    {
        await using var scene = await AccountScene.NewAsync();
        await scene.IssueTokenAsync(scene.Ada);
        await AddAsync(scene, Records.Login(scene.Ada, scene.Clock.GetUtcNow()));
        var http = Door.Request(await Door.MeAsync(scene));
        var answer = await http.ExecuteAsync(await SecurityTokenEndpoints.GetAsync(http, scene.Database, scene.Clock));
        Assert.True(answer.Json.GetProperty("applies").GetBoolean());
        Assert.Equal("Data Loader", answer.Json.GetProperty("wouldStop")[0].GetProperty("appName").GetString());
    }

    [Fact]
    public async Task Who_am_I_says_why_there_is_no_token()
    {
        await using var scene = await AccountScene.NewAsync();
        var http = Door.Request(await Door.MeAsync(scene, scene.Profile with { SecurityTokenOffTrustedNetworks = false }));
        var answer = await http.ExecuteAsync(await WhoAmI.GetAsync(http, scene.Database, scene.Clock));
        var token = answer.Json.GetProperty("securityToken");
        Assert.Equal("turnedOff", token.GetProperty("reason").GetString());
        Assert.Equal(RecordId.Long(scene.Ada), answer.Json.GetProperty("id").GetString());
    }

    [Fact]
    public async Task An_authenticator_is_enrolled_over_the_wire()
    {
        await using var scene = await AccountScene.NewAsync();
        var me = await Door.MeAsync(scene);
        var begin = Door.Request(me, $$"""{"currentPassword":"{{AccountScene.OldPassword}}"}""");
        var begun = await begin.ExecuteAsync(await AuthenticatorEndpoints.BeginAsync(begin, scene.Authenticators, scene.CurrentPassword));
        var seed = Base32.Decode(begun.Json.GetProperty("secret").GetString()!)!;
        Assert.StartsWith("<svg", begun.Json.GetProperty("qrSvg").GetString()!, StringComparison.Ordinal);
        Assert.NotEmpty(begun.Json.GetProperty("qrPng").GetBytesFromBase64());

        var picture = Door.Request(me);
        Assert.Equal("image/png", (await picture.ExecuteAsync(await AuthenticatorEndpoints.QrPngAsync(picture, scene.Authenticators))).Response.ContentType);

        var guess = Door.Request(me, """{"code":"nonsense"}""");
        Assert.Equal(422, (await guess.ExecuteAsync(await AuthenticatorEndpoints.ConfirmAsync(guess, scene.Authenticators, scene.CurrentPassword))).Status);
        var confirm = Door.Request(me, $$"""{"code":"{{Totp.Code(seed, Totp.StepAt(scene.Clock.GetUtcNow()))}}"}""");
        var confirmed = await confirm.ExecuteAsync(await AuthenticatorEndpoints.ConfirmAsync(confirm, scene.Authenticators, scene.CurrentPassword));
        Assert.Equal(10, confirmed.Json.GetProperty("recoveryCodes").GetArrayLength());

        var again = Door.Request(me);
        Assert.Equal(409, (await again.ExecuteAsync(await AuthenticatorEndpoints.QrSvgAsync(again, scene.Authenticators))).Status);
    }

    [Fact]
    public async Task The_last_authenticator_is_not_removed_over_the_wire_where_the_profile_demands_one()
    {
        await using var scene = await AccountScene.NewAsync();
        await using var db = scene.Database.NewContext();
        db.Add(new Authenticator { UserId = scene.Ada, Seed = [1], CreatedAt = scene.Clock.GetUtcNow(), ConfirmedAt = scene.Clock.GetUtcNow() });
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        var strict = await Door.MeAsync(scene, scene.Profile with { BrowserSecondFactor = BrowserSecondFactor.Always });
        var refused = Door.Request(strict, $$"""{"currentPassword":"{{AccountScene.OldPassword}}"}""");
        var answer = await refused.ExecuteAsync(await AuthenticatorEndpoints.RemoveAsync(refused, scene.Authenticators, scene.CurrentPassword));
        Assert.Equal((409, "last-factor"), (answer.Status, answer.Problem));
        var free = Door.Request(await Door.MeAsync(scene), $$"""{"currentPassword":"{{AccountScene.OldPassword}}"}""");
        Assert.Equal(204, (await free.ExecuteAsync(await AuthenticatorEndpoints.RemoveAsync(free, scene.Authenticators, scene.CurrentPassword))).Status);
    }

    [Fact]
    public async Task Sign_ins_are_the_callers_own_and_come_in_pages()
    {
        await using var scene = await AccountScene.NewAsync();
        for (var i = 0; i < 3; i++)
            await AddAsync(scene, Records.Login(scene.Ada, scene.Clock.GetUtcNow(), agent: "agent " + i));
        await AddAsync(scene, Records.Login(scene.Bob, scene.Clock.GetUtcNow(), agent: "bob's"));
        var references = new LoginReferences(scene.Key);
        var first = (await ListAsync(scene, references, "?limit=2")).Json.GetProperty("signIns");
        Assert.Equal(["agent 2", "agent 1"], first.EnumerateArray().Select(s => s.GetProperty("userAgent").GetString()));
        var rest = (await ListAsync(scene, references, "?before=" + first[1].GetProperty("reference").GetString())).Json.GetProperty("signIns");
        Assert.Equal("agent 0", Assert.Single(rest.EnumerateArray()).GetProperty("userAgent").GetString());
    }

    [Theory]
    [InlineData("?limit=0")]
    [InlineData("?limit=201")]
    [InlineData("?limit=-1")]
    [InlineData("?limit=x")]
    [InlineData("?before=7")]
    public async Task Nonsense_in_the_query_is_refused(string query)
    {
        await using var scene = await AccountScene.NewAsync();
        Assert.Equal(400, (await ListAsync(scene, new LoginReferences(scene.Key), query)).Status);
    }

    [Fact]
    public async Task Somebody_elses_reference_leads_nowhere()
    {
        await using var scene = await AccountScene.NewAsync();
        var bobs = await AddAsync(scene, Records.Login(scene.Bob, scene.Clock.GetUtcNow()));
        var references = new LoginReferences(scene.Key);
        foreach (var reference in new[] { references.Of(bobs), references.Of(999), "nonsense" })
        {
            var http = Door.Request(await Door.MeAsync(scene));
            Assert.Equal(404, (await http.ExecuteAsync(await SignInEndpoints.GetAsync(reference, http, scene.Database, references, null!))).Status);
        }
    }

    [Fact]
    public void Every_route_can_be_built_from_registered_services()
    {
        var builder = WebApplication.CreateSlimBuilder();
        foreach (var service in new[]
        {
            typeof(Database), typeof(SecurityTokens), typeof(Passwords), typeof(Authenticators), typeof(CurrentPassword), typeof(LoginReferences),
            typeof(LoginExplanations),
        })
        {
            builder.Services.AddSingleton(service, _ => throw new InvalidOperationException("Not needed to build routes."));
        }
        builder.Services.AddSingleton(TimeProvider.System);
        IEndpointRouteBuilder app = builder.Build();
        app.MapSelfService();
        var routes = app.DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().ToList();
        Assert.Equal(13, routes.Count);
        Assert.All(routes, route => Assert.StartsWith("/api/me", route.RoutePattern.RawText, StringComparison.Ordinal));
    }

    static async Task<Door.Answer> PutPasswordAsync(AccountScene scene, string json)
    {
        var http = Door.Request(await Door.MeAsync(scene), json);
        return await http.ExecuteAsync(await PasswordEndpoint.PutAsync(http, scene.Passwords, scene.CurrentPassword));
    }

    static async Task<Door.Answer> ListAsync(AccountScene scene, LoginReferences references, string query)
    {
        var http = Door.Request(await Door.MeAsync(scene), query: query);
        return await http.ExecuteAsync(await SignInEndpoints.ListAsync(http, scene.Database, references));
    }

    static async Task<long> AddAsync(AccountScene scene, LoginRecord record)
    {
        await using var db = scene.Database.NewContext();
        db.LoginRecords.Add(record);
        await db.SaveChangesAsync();
        return record.Id;
    }
}
