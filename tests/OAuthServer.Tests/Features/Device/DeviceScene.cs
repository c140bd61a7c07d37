using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;
using OAuthServer.Tokens;

namespace OAuthServer.Tests.Features.Device;

/// <summary>A person with an account and a device whose app is public, as command-line tools are.</summary>
sealed class DeviceScene
{
    internal const string GrantType = "urn:ietf:params:oauth:grant-type:device_code";

    DeviceScene(TestServer server, TestOrg org, TestUser user, TestApp app) => (Server, Org, User, App) = (server, org, user, app);

    internal TestServer Server { get; }

    internal TestOrg Org { get; }

    internal TestUser User { get; }

    internal TestApp App { get; }

    /// <summary>The browser the person approves at.</summary>
    internal BrowserSession Session { get; private set; } = null!;

    internal static AppSettings PublicDevice { get; } = new()
    {
        AuthMethods = [ClientAuthMethod.None],
        Flows = [LoginChannel.Device, LoginChannel.RefreshToken],
        Scopes = ["api", "openid", "offline_access"],
    };

    internal static async Task<DeviceScene> NewAsync(TestServer server, AppSettings? settings = null)
    {
        var org = await TestOrg.AddAsync(server);
        var user = await org.UserAsync();
        var app = await org.AppAsync(settings ?? PublicDevice);
        await server.NoticeAsync();
        return new(server, org, user, app) { Session = await new TestBrowser(server).SignInAsync(user) };
    }

    /// <summary>Asks for codes as the device does.</summary>
    internal Task<Answer> StartAsync(string? scope = null) => Server.PostAsync(
        TestServer.Outside, "/services/oauth2/device_authorization", ("client_id", App.ClientId), ("scope", scope));

    internal Task<Answer> PollAsync(string? code) => Server.TokenAsync(
        TestServer.Outside, ("grant_type", GrantType), ("device_code", code), ("client_id", App.ClientId));

    /// <summary>Polls after the pause the server asked for.</summary>
    internal Task<Answer> PollLaterAsync(string? code)
    {
        Server.Clock.Advance(TimeSpan.FromSeconds(5));
        return PollAsync(code);
    }

    /// <summary>Says yes without the page, as if the gate had just let the person pass.</summary>
    internal async Task<bool> ApproveAsync(Answer started) =>
        await ApproveAsync((await Server.Services.GetRequiredService<DeviceAuthorizations>().FindAsync(UserCodes.Normalize(started["user_code"])!))!);

    internal async Task<bool> ApproveAsync(WaitingDevice device) => await Server.Services.GetRequiredService<DeviceAuthorizations>().ApproveAsync(device, new DeviceApproval
    {
        UserId = User.Id,
        SessionId = Session.Id,
        Assurance = new(Proof.Password, null),
        ProfileVersion = 1,
        PasswordChangedAt = (await User.RowAsync()).PasswordChangedAt,
        AuthenticatedAt = Server.Clock.GetUtcNow(),
        Reference = "2222-2222",
    });
}
