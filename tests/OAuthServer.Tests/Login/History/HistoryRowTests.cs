using OAuthServer.Data;
using OAuthServer.Login;
using OAuthServer.Login.History;
using OAuthServer.Policy;

namespace OAuthServer.Tests.Login.History;

/// <summary>The columns of Salesforce's login history, from what a record holds.</summary>
public sealed class HistoryRowTests
{
    static readonly HistoryNames Olivia = new("7K3M-2QPD", "olivia@acme.example", null, null);

    [Fact]
    public void A_soap_login_says_its_api_its_client_and_its_tls()
    {
        var record = Allowed(LoginChannel.SoapLogin, Proof.Password | Proof.SecurityToken);
        record.ClientId = null;
        record.ClientVersion = "client=DataLoaderPartnerUI/64.0.1, defaultNamespace=sf";
        record.UserAgent = "Java/17.0.9";
        record.Wire = new RequestWire
        {
            Method = "POST",
            Host = "login.example.test",
            TlsProtocol = "TLS 1.2",
            TlsCipher = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            ApiType = "SOAP Partner",
            ApiVersion = "64.0",
        }.ToString();
        var row = HistoryRow.Of(record, Olivia);
        Assert.Equal(
            new HistoryRow(
                "7K3M-2QPD", "olivia@acme.example", record.At, "192.0.2.7", "Other Apex API", "", "Success", "Java/17.0.9", "Unknown", "DataLoaderPartnerUI", "64.0.1", "SOAP Partner", "64.0",
                "login.example.test", "pwd token", "POST", "TLS 1.2", "ECDHE-RSA-AES256-GCM-SHA384"),
            row);
    }

    [Fact]
    public void A_record_of_before_the_wire_was_kept_has_a_row_too()
    {
        var row = HistoryRow.Of(Allowed(LoginChannel.PasswordGrant, Proof.Password), Olivia with { App = "Nightly job" });
        Assert.Equal(("Nightly job", "N/A", "N/A", "N/A", null, null), (row.Application, row.ClientVersion, row.ApiType, row.ApiVersion, row.HttpMethod, row.TlsProtocol));
        Assert.Equal(("Remote Access 2.0", "OAuth Username-Password"), (row.LoginType, row.LoginSubtype));
        Assert.Equal(("Unknown", "Unknown"), (row.Browser, row.Platform));
    }

    [Theory]
    [InlineData(null, null, Proof.Password, "Application", "UI Username-Password")]
    [InlineData(null, null, Proof.Password | Proof.Passkey, "Application", "UI Username-Password")]
    [InlineData(null, null, Proof.Passkey, "Application", "UI Passkey")]
    [InlineData("0SO1", true, Proof.SsoAssertion, "SAML Sfdc Initiated SSO", "")]
    [InlineData("0SO1", false, Proof.SsoAssertion, "Third Party SSO", "")]
    public void A_sign_in_at_the_pages_is_told_by_who_vouched(string? provider, bool? bySaml, Proof proof, string type, string subtype)
    {
        var record = Allowed(LoginChannel.Browser, proof);
        (record.ProviderId, record.ClientId) = (provider, null);
        var row = HistoryRow.Of(record, Olivia with { BySaml = bySaml });
        Assert.Equal((type, subtype, "Browser"), (row.LoginType, row.LoginSubtype, row.Application));
    }

    [Fact]
    public void Every_channel_has_a_type_and_those_of_oauth_a_subtype_of_their_own()
    {
        var rows = Enum.GetValues<LoginChannel>().Select(channel => HistoryRow.Of(Allowed(channel, Proof.None), Olivia)).ToList();
        Assert.All(rows, row => Assert.NotEmpty(row.LoginType));
        var oauth = rows.Where(row => row.LoginType == "Remote Access 2.0").Select(row => row.LoginSubtype).ToList();
        Assert.Equal(Enum.GetValues<LoginChannel>().Length - 2, oauth.Distinct(StringComparer.Ordinal).Count(subtype => subtype.StartsWith("OAuth ", StringComparison.Ordinal)));
    }

    [Fact]
    public void How_it_was_proven_is_told_of_those_let_in_alone()
    {
        var record = Allowed(LoginChannel.PasswordGrant, Proof.Password);
        (record.Decision, record.Reason) = ("deny", DenyReason.SecurityTokenRequired);
        Assert.Equal("", HistoryRow.Of(record, Olivia).AuthenticationMethodReference);
    }

    [Theory]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36", "Chrome 120", "Windows 10")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 Edg/119.0.1.2", "Edge 119", "Windows 10")]
    [InlineData("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Safari/605.1.15", "Safari 17", "Mac OSX")]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0", "Firefox 121", "Linux")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/119.0 Mobile/15E148 Safari/604.1", "Chrome 119", "iPhone")]
    [InlineData("Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Mobile Safari/537.36", "Chrome 119", "Android")]
    [InlineData("python-requests/2.31.0", "python-requests/2.31.0", "Unknown")]
    [InlineData("netcoreforce-client/v64.0", "netcoreforce-client/v64.0", "Unknown")]
    [InlineData("Firefox/", "Firefox", "Unknown")]
    [InlineData(" ", "Unknown", "Unknown")]
    [InlineData(null, "Unknown", "Unknown")]
    public void Browser_and_platform_are_read_from_the_user_agent(string? agent, string browser, string platform)
    {
        var record = Allowed(LoginChannel.Browser, Proof.Password);
        record.UserAgent = agent;
        var row = HistoryRow.Of(record, Olivia);
        Assert.Equal((browser, platform), (row.Browser, row.Platform));
    }

    [Theory]
    [InlineData("TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384")]
    [InlineData("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256")]
    [InlineData("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA-CHACHA20-POLY1305")]
    [InlineData("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", "ECDHE-RSA-AES128-SHA256")]
    [InlineData("TLS_RSA_WITH_AES_256_GCM_SHA384", "AES256-GCM-SHA384")]
    [InlineData(null, null)]
    public void Ciphers_have_their_openssl_names(string? registered, string? name)
    {
        var record = Allowed(LoginChannel.Browser, Proof.Password);
        record.Wire = new RequestWire { TlsCipher = registered }.ToString();
        Assert.Equal(name, HistoryRow.Of(record, Olivia).TlsCipherSuite);
    }

    [Theory]
    [InlineData("client=simple-salesforce/x, defaultNamespace=sf", "simple-salesforce/x", "N/A")]
    [InlineData("client=DataLoaderBulkUI/", "DataLoaderBulkUI", "N/A")]
    [InlineData("defaultNamespace=sf; Client=Mine/2.5", "Mine", "2.5")]
    [InlineData("Mine/7", "Mine", "7")]
    [InlineData("defaultNamespace=sf", "SOAP API", "N/A")]
    [InlineData("client=", "SOAP API", "N/A")]
    public void A_client_calls_itself_in_its_call_options(string options, string application, string version)
    {
        var record = Allowed(LoginChannel.SoapLogin, Proof.Password);
        record.ClientVersion = options;
        var row = HistoryRow.Of(record, Olivia with { App = "SOAP API" });
        Assert.Equal((application, version), (row.Application, row.ClientVersion));
    }

    static LoginRecord Allowed(LoginChannel channel, Proof proven)
    {
        var record = HistoryStatusTests.Denied(default, channel);
        (record.Decision, record.Reason, record.Trace, record.Proven) = ("allow", null, "passed", proven);
        return record;
    }
}
