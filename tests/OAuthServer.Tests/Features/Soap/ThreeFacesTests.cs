using System.Net;
using OAuthServer.Login.History;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Soap;

/// <summary>One condition, and what SOAP login(), the password grant of the salesforce dialect and the login history say of it (Salesforce contract, section 10).</summary>
[Collection(nameof(ServersCollection))]
public sealed class ThreeFacesTests(Servers servers)
{
    const string Failure = "invalid_grant / authentication failure";
    const string Restricted = "invalid_grant / ip restricted or invalid login hours";

    /// <summary>Condition, SOAP's exceptionCode, OAuth's answer, the reason in the record, and what the login history says of the one and of the other.</summary>
    public static TheoryData<string, string, string, DenyReason?, string, string> Conditions => new()
    {
        { "unknown user", "INVALID_LOGIN", Failure, DenyReason.UnknownUser, "Invalid login", "Invalid login" },
        { "wrong password", "INVALID_LOGIN", Failure, DenyReason.WrongPassword, "Invalid password", "Invalid password" },
        { "without token", "INVALID_LOGIN", Failure, DenyReason.SecurityTokenRequired, "Failed: API security token required", "Failed: API security token required" },
        { "without token, disclosed", "LOGIN_MUST_USE_SECURITY_TOKEN", Failure, DenyReason.SecurityTokenRequired, "Failed: API security token required", "Failed: API security token required" },
        { "wrong token", "INVALID_LOGIN", Failure, DenyReason.WrongPassword, "Invalid password", "Invalid password" },
        { "with token", "", "", null, "Success", "Success" },
        { "with TOTP", "", "", null, "Success", "Success" },
        { "without TOTP", "INVALID_LOGIN", Failure, DenyReason.TotpRequired, "multi-factor is required", "multi-factor is required" },
        { "TOTP, and a token was sent", "INVALID_LOGIN", Failure, DenyReason.SecurityTokenNotAccepted, "multi-factor is required", "multi-factor is required" },
        { "locked out", "INVALID_LOGIN", Failure, DenyReason.LockedOut, "Password lockout", "Password lockout" },
        { "out of range", "LOGIN_DURING_RESTRICTED_DOMAIN", Restricted, DenyReason.OutsideLoginRanges, "Restricted IP", "Restricted IP" },
        { "out of hours", "LOGIN_DURING_RESTRICTED_TIME", Restricted, DenyReason.OutsideLoginHours, "Restricted time", "Restricted time" },
        { "inactive", "INVALID_LOGIN", "inactive_user / user is inactive", DenyReason.UserInactive, "User is inactive", "User is inactive" },
        { "frozen", "INVALID_LOGIN", "inactive_user / user is inactive", DenyReason.UserFrozen, "User is frozen", "User is frozen" },
        { "organization locked", "ORG_LOCKED", "inactive_org / organization is locked or closed", DenyReason.OrgLocked, "Organization locked", "Organization locked" },
        { "password expired", "", "invalid_grant / expired password", DenyReason.PasswordExpired, "Success", "Failed: Password expired" },
        { "SSO only", "INVALID_LOGIN", Failure, DenyReason.SsoRequired, "Failed: Single sign-on required", "Failed: Single sign-on required" },
        { "doors shut by the organization", "INVALID_OPERATION", Failure, DenyReason.ChannelClosedByOrg, "Failed: SOAP API login() disabled", "Username-Password Flow Disabled" },
    };

    [Theory]
    [MemberData(nameof(Conditions))]
    public async Task A_condition_has_its_faces(string condition, string exceptionCode, string error, DenyReason? reason, string soapStatus, string oauthStatus)
    {
        var (scene, app, appended) = await ArrangeAsync(condition);
        var username = condition == "unknown user" ? "nobody@example.test" : scene.User.Username;
        var password = (condition == "wrong password" ? "wrong" : scene.User.Password) + appended;

        var soap = await scene.PostAsync(SoapScene.LoginEnvelope(username, password));
        if (exceptionCode.Length == 0)
            soap.Holds();
        else
            soap.Faults(exceptionCode, exceptionCode == "INVALID_OPERATION" ? "UnexpectedErrorFault" : "LoginFault");
        if (condition == "with TOTP")
        {
            scene.Server.Clock.Advance(TimeSpan.FromSeconds(30)); // a code is good once
            password = scene.User.Password + scene.User.Code();
        }
        var oauth = await scene.Server.TokenAsync(
            TestServer.Outside, ("grant_type", "password"), ("username", username), ("password", password), ("client_id", app.ClientId), ("client_secret", app.Secret));
        Assert.Equal(error.Length == 0 ? HttpStatusCode.OK : HttpStatusCode.BadRequest, oauth.Status);
        Assert.Equal(error, error.Length == 0 ? "" : $"{oauth["error"]} / {oauth["error_description"]}");

        var (soapRecord, oauthRecord) = (await scene.Server.RecordAsync(soap.Answer), await scene.Server.RecordAsync(oauth));
        Assert.Equal(reason, oauthRecord.Reason);
        if (condition == "password expired")
            Assert.Equal(("challenge", "true"), (soapRecord.Decision, soap["passwordExpired"]));
        else
            Assert.Equal(reason, soapRecord.Reason);

        Assert.Equal((soapStatus, oauthStatus), (HistoryStatus.Of(soapRecord), HistoryStatus.Of(oauthRecord)));
    }

    async Task<(SoapScene Scene, TestApp App, string Appended)> ArrangeAsync(string condition)
    {
        // The clock is turned for one of them.
        var server = await servers.OnAsync("SQLite");
        var scene = await SoapScene.NewAsync(server, condition switch
        {
            "with TOTP" or "without TOTP" or "TOTP, and a token was sent" => new() { SecondFactor = new() { Api = ApiSecondFactor.Totp } },
            "out of range" => new() { LoginRanges = ["127.0.20.0/24"] },
            "out of hours" => new() { LoginHours = new() { TimeZone = "Etc/UTC" } },
            "SSO only" => new() { Sso = SsoMode.Required },
            _ => null,
        });
        var app = await scene.Org.AppAsync(TestOrg.SalesforceApp);
        await server.NoticeAsync();
        var appended = "";
        switch (condition)
        {
            case "without token, disclosed":
                await scene.Org.ChangeAsync(org => org.DisclosesMissingToken = true);
                break;
            case "wrong token":
                appended = (await scene.User.ReceiveTokenAsync()).ToUpperInvariant().Replace('A', 'b');
                break;
            case "TOTP, and a token was sent":
                // Mailed before the profile wanted codes.
                await scene.Org.ChangeProfileAsync(scene.User.ProfileId, new());
                appended = await scene.User.ReceiveTokenAsync();
                await scene.Org.ChangeProfileAsync(scene.User.ProfileId, new() { SecondFactor = new() { Api = ApiSecondFactor.Totp } });
                break;
            case "without TOTP":
                await scene.User.EnrolAsync();
                break;
            case "with TOTP":
                await scene.User.EnrolAsync();
                appended = scene.User.Code();
                break;
            case "with token" or "out of hours" or "locked out" or "inactive" or "frozen" or "organization locked" or "password expired" or "doors shut by the organization":
                appended = await scene.User.ReceiveTokenAsync();
                break;
        }
        await (condition switch
        {
            "locked out" => scene.User.ChangeAsync(user => (user.UntrustedFailures, user.UntrustedLastFailureAt) = (10, server.Clock.GetUtcNow())),
            "inactive" => scene.User.ChangeAsync(user => user.Status = UserStatus.Inactive),
            "frozen" => scene.User.ChangeAsync(user => user.Status = UserStatus.Frozen),
            "password expired" => scene.User.ChangeAsync(user => user.MustChangePassword = true),
            "organization locked" => scene.Org.ChangeAsync(org => org.Status = OrgStatus.Locked),
            "doors shut by the organization" => scene.Org.ChangeAsync(org => (org.SoapLoginEnabled, org.PasswordGrantEnabled) = (false, false)),
            _ => Task.CompletedTask,
        });
        await server.NoticeAsync();
        return (scene, app, appended);
    }
}
