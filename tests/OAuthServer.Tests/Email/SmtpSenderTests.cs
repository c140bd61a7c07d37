using System.Net.Mail;
using System.Net.Sockets;
using System.Security.Authentication;
using OAuthServer.Email;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Email;

public sealed class SmtpSenderTests
{
    const string Id = "0123456789abcdef0123456789abcdef";
    const string Token = "Zm9vYmFyYmF6cXV4cXV1eDEy";
    static readonly DateTimeOffset At = new(2026, 3, 4, 10, 0, 5, TimeSpan.Zero);
    static readonly Mail Working = new("ada@example.com", "Grüße von der Anmeldung", $"Your token:\n\n{Token}\n\n.a dot first\n", $"<p>{Token}</p>");

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_arrives_with_its_id_and_both_alternatives()
    {
        await using var server = await SmtpServer.StartAsync();
        await Sender(server.Port).SendAsync(Id, At, Working, Stop);

        var mail = Assert.Single(await server.TakenAsync(1));
        Assert.Equal("no-reply@example.com", mail.From);
        Assert.Equal(["ada@example.com"], mail.To);
        Assert.False(mail.Tls);
        var lines = mail.Data.Split("\r\n");
        Assert.Contains($"Message-ID: <{Id}@example.com>", lines, StringComparer.OrdinalIgnoreCase);
        Assert.Single(lines, line => line.StartsWith("Date: ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("Content-Type: multipart/alternative", StringComparison.OrdinalIgnoreCase));
        Assert.Contains(Token, lines);
        Assert.Contains(".a dot first", lines);
        Assert.Contains($"<p>{Token}</p>", lines);
    }

    [Fact]
    public async Task A_message_without_html_is_plain_text()
    {
        await using var server = await SmtpServer.StartAsync();
        await Sender(server.Port).SendAsync(Id, At, Working with { Html = null }, Stop);

        var mail = Assert.Single(await server.TakenAsync(1));
        Assert.DoesNotContain("multipart", mail.Data, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("\r\n" + Token + "\r\n", mail.Data, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Letters_beyond_ascii_arrive_unharmed(bool withHtml)
    {
        await using var server = await SmtpServer.StartAsync();
        await Sender(server.Port).SendAsync(Id, At, new Mail("ada@example.com", "Grüße", "Grüße\n.ünd\n", withHtml ? "<p>Grüße</p>" : null), Stop);

        var mail = Assert.Single(await server.TakenAsync(1));
        Assert.Contains("Content-Transfer-Encoding: base64", mail.Data, StringComparison.Ordinal);
        Assert.Contains(Convert.ToBase64String("Grüße\r\n.ünd\r\n"u8), mail.Data, StringComparison.Ordinal);
        Assert.Contains("Subject: Grüße\r\n", mail.Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_that_is_too_long_for_the_wire_is_encoded()
    {
        await using var server = await SmtpServer.StartAsync();
        await Sender(server.Port).SendAsync(Id, At, Working with { Html = "<p>" + new string('x', 2000) + "</p>" }, Stop);
        Assert.All(Assert.Single(await server.TakenAsync(1)).Data.Split("\r\n"), line => Assert.InRange(line.Length, 0, 998));
    }

    [Fact]
    public async Task A_right_password_is_accepted()
    {
        await using var server = await SmtpServer.StartAsync("--user", "mailer", "--password", "right");
        await Sender(server.Port, options => options with { Username = "mailer", Password = "right" }).SendAsync(Id, At, Working, Stop);
        Assert.Equal("mailer", Assert.Single(await server.TakenAsync(1)).User);
    }

    [Fact]
    public async Task A_wrong_password_sends_nothing_and_is_not_repeated_in_the_reason()
    {
        await using var server = await SmtpServer.StartAsync("--user", "mailer", "--password", "right");
        var sender = Sender(server.Port, options => options with { Username = "mailer", Password = "wrong-password" });
        var problem = await Assert.ThrowsAsync<SmtpException>(() => sender.SendAsync(Id, At, Working, Stop));
        Assert.Equal("The mail server answered 530 5.7.0.", SendingProblem.Describe(problem));
        Assert.Empty(server.Taken);
    }

    [Fact]
    public async Task A_server_that_does_not_offer_the_demanded_tls_gets_nothing()
    {
        await using var server = await SmtpServer.StartAsync();
        var problem = await Assert.ThrowsAsync<SmtpException>(() => WithTls(server.Port).SendAsync(Id, At, Working, Stop));
        Assert.Contains("secure", SendingProblem.Describe(problem), StringComparison.Ordinal);
        Assert.Empty(server.Taken);
    }

    [Fact]
    public async Task A_certificate_that_nobody_trusts_is_refused()
    {
        await using var scratch = await Scratch.NewAsync();
        await using var server = await SmtpServer.StartAsync("--certificate", Certificates.WriteSelfSigned(scratch.Folder, "localhost"));
        var problem = await Assert.ThrowsAnyAsync<Exception>(() => WithTls(server.Port).SendAsync(Id, At, Working, Stop));
        Assert.StartsWith("TLS with the mail server failed", SendingProblem.Describe(problem), StringComparison.Ordinal);
        Assert.Empty(server.Taken);
    }

    [Fact]
    public async Task A_trusted_certificate_carries_the_message_over_tls()
    {
        await using var scratch = await Scratch.NewAsync();
        var certificate = Certificates.WriteSelfSigned(scratch.Folder, "localhost");
        await using var server = await SmtpServer.StartAsync("--certificate", certificate, "--user", "mailer", "--password", "right");
        // Whom a process trusts is settled when it starts, so the sender runs in one that was told of this certificate.
        await ChildTest.PassesAsync(typeof(SmtpSenderTests), nameof(Child_sends_over_tls),
            ("CHILD_PORT", server.Port.ToString()), ("SSL_CERT_FILE", certificate));

        var mail = Assert.Single(await server.TakenAsync(1));
        Assert.True(mail.Tls);
        Assert.Equal("mailer", mail.User);
    }

    [Fact]
    public async Task A_trusted_certificate_for_another_name_is_refused()
    {
        await using var scratch = await Scratch.NewAsync();
        var certificate = Certificates.WriteSelfSigned(scratch.Folder, "mail.example.com");
        await using var server = await SmtpServer.StartAsync("--certificate", certificate);
        await ChildTest.PassesAsync(typeof(SmtpSenderTests), nameof(Child_refuses_the_name),
            ("CHILD_PORT", server.Port.ToString()), ("SSL_CERT_FILE", certificate));
        Assert.Empty(server.Taken);
    }

    [Fact(Explicit = true), Trait("Kind", "Child")]
    public async Task Child_sends_over_tls() => await ChildSender().SendAsync(Id, At, Working, Stop);

    [Fact(Explicit = true), Trait("Kind", "Child")]
    public async Task Child_refuses_the_name()
    {
        var problem = await Assert.ThrowsAnyAsync<Exception>(() => ChildSender().SendAsync(Id, At, Working, Stop));
        Assert.Contains("RemoteCertificateNameMismatch", SendingProblem.Describe(problem), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silent_server_is_left_after_the_timeout()
    {
        using var silent = new TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        var sender = Sender(((System.Net.IPEndPoint)silent.LocalEndpoint).Port, options => options with { TimeoutSeconds = 1 });
        var problem = await Assert.ThrowsAnyAsync<Exception>(() => sender.SendAsync(Id, At, Working, Stop).WaitAsync(TimeSpan.FromSeconds(20), Stop));
        Assert.IsNotType<TimeoutException>(problem);
    }

    [Fact]
    public async Task Mail_waits_while_the_server_is_down_and_leaves_exactly_once_when_it_is_back()
    {
        await using var bench = await OutboxBench.NewAsync();
        await bench.AddAsync(Working);
        var first = await SmtpServer.StartAsync();
        var port = first.Port;
        await first.DisposeAsync();

        var worker = bench.Worker(Sender(port));
        await worker.SendDueAsync(Stop);
        Assert.Equal("The mail server cannot be reached (ConnectionRefused).", (await bench.RowAsync()).LastError);

        await using var second = await SmtpServer.StartAsync("--port", port.ToString());
        for (var i = 0; i < 5; i++)
        {
            bench.Clock.Advance(TimeSpan.FromMinutes(1));
            await worker.SendDueAsync(Stop);
        }
        Assert.Single(await second.TakenAsync(1));
        Assert.Null((await bench.RowAsync()).LastError);
        Assert.Empty((await bench.RowAsync()).Body);
    }

    [Fact]
    public async Task A_server_that_quotes_the_message_it_refuses_is_not_quoted()
    {
        await using var bench = await OutboxBench.NewAsync();
        await bench.AddAsync(Working);
        await using var server = await SmtpServer.StartAsync("--refuse", "554 5.7.1 Blocked content: {message}");
        await bench.Worker(Sender(server.Port)).SendDueAsync(Stop);
        Assert.Equal("The mail server answered 554 5.7.1.", (await bench.RowAsync()).LastError);
        Assert.DoesNotContain(bench.Log.Lines, line => line.Contains(Token, StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_wrong_with_a_connection_is_named_without_the_answer_it_broke_on()
    {
        Assert.Equal("Protocol violation.", SendingProblem.Describe(new SmtpException("Protocol violation. The server response was: " + Token)));
        Assert.Equal("TLS with the mail server failed: untrusted", SendingProblem.Describe(new SmtpException("Failure", new AuthenticationException("untrusted"))));
    }

    static SmtpSender Sender(int port, Func<SmtpOptions, SmtpOptions>? change = null)
    {
        var options = new SmtpOptions { Host = "127.0.0.1", Port = port, StartTls = false };
        return new SmtpSender(change?.Invoke(options) ?? options, "Sign-in <no-reply@example.com>");
    }

    static SmtpSender WithTls(int port) => Sender(port, options => options with { StartTls = true });

    static SmtpSender ChildSender() => Sender(
        int.Parse(Environment.GetEnvironmentVariable("CHILD_PORT")!),
        options => options with { Host = "localhost", StartTls = true, Username = "mailer", Password = "right" });
}
