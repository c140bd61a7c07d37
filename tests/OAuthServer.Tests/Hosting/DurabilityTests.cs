using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Hosting;

/// <summary>What a server has acknowledged is so, also when it is killed in the middle of its work.</summary>
public sealed class DurabilityTests
{
    const int Planned = 1000;
    const int Refreshes = 4; // to each password, whose hash is what takes time

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_killed_in_the_middle_of_a_thousand_logins_has_kept_all_it_acknowledged()
    {
        var folder = Directory.CreateTempSubdirectory("oauthserver-kill-").FullName;
        try
        {
            await using var smtp = await SmtpServer.StartAsync();
            var cast = await Cast.MakeAsync(folder);
            var acknowledged = new Acknowledged();
            await using (var doomed = await KilledServer.StartAsync(folder, smtp.Port))
                await LoadAsync(cast, doomed, acknowledged);
            await IsWholeAsync(folder);
            var inHand = await MailsInHandAsync(folder);
            Assert.InRange(inHand.Count, 0, 1);
            var begun = Stopwatch.GetTimestamp();
            await using var server = await KilledServer.OpenAsync(folder, smtp.Port);
            Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(20));
            foreach (var answer in acknowledged.Answers)
                Assert.Equal("allow", (await server.RecordAsync(answer)).Decision);
            await CodesStayUsedAsync(server, cast, acknowledged);
            await RefreshTokensStayUsedAsync(server, cast, acknowledged);
            await MailLeavesOnceAsync(server, smtp, inHand, acknowledged);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_server_asked_to_stop_answers_what_it_has_taken_and_ends_well()
    {
        var folder = Directory.CreateTempSubdirectory("oauthserver-term-").FullName;
        try
        {
            var cast = await Cast.MakeAsync(folder);
            await using var child = await KilledServer.StartAsync(folder);
            var underWay = new List<SlowLogin>();
            for (var i = 0; i < 8; i++)
                underWay.Add(await SlowLogin.BeginAsync(child.Address, cast.FormOf(cast.User)));
            var ended = child.TerminateAsync();
            await UntilAsync(() => IsRefused(child.Address)); // who comes now is not taken any more
            Assert.False(ended.IsCompleted);
            foreach (var login in underWay)
                Assert.StartsWith("HTTP/1.1 200 ", await login.FinishAsync(), StringComparison.Ordinal);
            Assert.Equal(0, await ended);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Logins, refreshes, codes and token resets side by side until half of the plan is done; then the kill.</summary>
    static async Task LoadAsync(Cast cast, KilledServer server, Acknowledged acknowledged)
    {
        using var client = new HttpClient { BaseAddress = server.Address };
        var work = Enumerable.Range(0, 8).Select(worker => UntilKilledAsync(async () =>
        {
            var login = await cast.LoginAsync(client, cast.User);
            acknowledged.Take(login);
            var (used, successor) = ("", login["refresh_token"]!);
            for (var i = 0; i < Refreshes; i++)
            {
                var refreshed = await cast.RefreshAsync(client, successor);
                acknowledged.Take(refreshed);
                (used, successor) = (successor, refreshed["refresh_token"]!);
                if (worker == 0 && await Cast.ResetTokenAsync(client, login["access_token"]!))
                    Interlocked.Increment(ref acknowledged.Resets);
            }
            acknowledged.Rotated.Enqueue((used, successor));
            return acknowledged.Answers.Count < Planned;
        })).Append(UntilKilledAsync(async () =>
        {
            if (!cast.Guarded.TryDequeue(out var user))
                return false;
            var at = DateTimeOffset.UtcNow;
            acknowledged.Take(await cast.LoginAsync(client, user.Username, user.CodeAt(at)));
            acknowledged.Codes.Enqueue((user, at));
            return true;
        }));
        var load = Task.WhenAll(work);
        await UntilAsync(() => acknowledged.Answers.Count >= Planned / 2);
        await server.KillAsync();
        await load;
    }

    static bool IsRefused(Uri server)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, server.Port);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    static async Task UntilKilledAsync(Func<Task<bool>> work)
    {
        try
        {
            while (await work())
            {
            }
        }
        catch (Exception problem) when (problem is HttpRequestException or IOException)
        {
            // Nothing was acknowledged.
        }
    }

    static async Task IsWholeAsync(string folder)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "server.db")};Pooling=False");
        await connection.OpenAsync(Stop);
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        Assert.Equal("ok", await command.ExecuteScalarAsync(Stop));
    }

    static async Task CodesStayUsedAsync(TestServer server, Cast cast, Acknowledged acknowledged)
    {
        using var client = server.From(TestServer.Outside);
        Assert.NotEmpty(acknowledged.Codes);
        foreach (var (user, at) in acknowledged.Codes)
        {
            server.Clock.Set(at); // when the code was right
            var again = await cast.LoginAsync(client, user.Username, user.CodeAt(at));
            again.IsRefused("invalid_grant", "authentication failure");
            Assert.Equal(DenyReason.TotpReplayed, (await server.RecordAsync(again)).Reason);
        }
        server.Clock.Set(DateTimeOffset.UtcNow);
    }

    static async Task RefreshTokensStayUsedAsync(TestServer server, Cast cast, Acknowledged acknowledged)
    {
        using var client = server.From(TestServer.Outside);
        var lines = acknowledged.Rotated.TakeLast(40).ToList();
        foreach (var (_, successor) in lines)
            (await cast.RefreshAsync(client, successor)).IsAllowed();
        server.Clock.Advance(TimeSpan.FromMinutes(2)); // past every window, and past the lease of a mail in hand
        foreach (var (used, _) in lines)
            (await cast.RefreshAsync(client, used)).IsRefused("invalid_grant", "expired access/refresh token");
    }

    /// <summary>Claimed and not yet marked as sent: whether the mail server has taken it, nobody can know.</summary>
    static async Task<List<string>> MailsInHandAsync(string folder)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "server.db")};Pooling=False");
        await connection.OpenAsync(Stop);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT id FROM outbox_messages WHERE sent_at IS NULL AND next_attempt_at > created_at";
        await using var reader = await command.ExecuteReaderAsync(Stop);
        var ids = new List<string>();
        while (await reader.ReadAsync(Stop))
            ids.Add(reader.GetString(0));
        return ids;
    }

    /// <summary>Each mail reaches the mail server once; only the one that was in hand when the kill came may reach it a second time.</summary>
    static async Task MailLeavesOnceAsync(TestServer server, SmtpServer smtp, List<string> inHand, Acknowledged acknowledged)
    {
        await UntilAsync(() => Unsent(server) == 0);
        await using var db = server.Database.NewContext();
        var mails = await db.OutboxMessages.Select(message => message.Id).ToListAsync(Stop);
        Assert.InRange(mails.Count, Math.Max(1, acknowledged.Resets), int.MaxValue);
        Assert.Equal(await db.SecurityTokens.CountAsync(Stop), mails.Count);
        var taken = (await smtp.EndAsync()).CountBy(mail => mail.Id).ToDictionary(StringComparer.Ordinal);
        Assert.Equal(mails.Order(StringComparer.Ordinal), taken.Keys.Order(StringComparer.Ordinal));
        Assert.All(taken, mail => Assert.InRange(mail.Value, 1, inHand.Contains(mail.Key) ? 2 : 1));
    }

    static int Unsent(TestServer server)
    {
        using var db = server.Database.NewContext();
        return db.OutboxMessages.Count(message => message.SentAt == null);
    }

    static async Task UntilAsync(Func<bool> reached)
    {
        for (var begun = Stopwatch.GetTimestamp(); !reached(); await Task.Delay(20, Stop))
            Assert.True(Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(60), "It took too long.");
    }

    /// <summary>What the killed server has answered with success.</summary>
    sealed class Acknowledged
    {
        internal int Resets;

        internal ConcurrentQueue<Answer> Answers { get; } = new();

        internal ConcurrentQueue<(string Used, string Successor)> Rotated { get; } = new();

        internal ConcurrentQueue<(TestUser User, DateTimeOffset At)> Codes { get; } = new();

        internal void Take(Answer answer)
        {
            answer.IsAllowed();
            Answers.Enqueue(answer);
        }
    }

    /// <summary>People and an app in the folder's database, for requests to whichever server stands over it.</summary>
    sealed class Cast(TestApp app, string user, string password)
    {
        internal string User => user;

        internal ConcurrentQueue<TestUser> Guarded { get; } = new();

        internal static async Task<Cast> MakeAsync(string folder)
        {
            await using var server = await KilledServer.OpenAsync(folder);
            var org = await TestOrg.AddAsync(server);
            var user = await org.UserAsync();
            await using (var db = server.Database.NewContext())
            {
                db.Add(new TrustedNetwork { OrgId = org.Id, Name = "Everywhere", Range = "127.0.0.0/8" });
                await db.SaveChangesAsync(Stop);
            }
            var cast = new Cast(await org.AppAsync(), user.Username, user.Password);
            for (var i = 0; i < 10; i++)
            {
                var guarded = await org.UserAsync(new() { SecondFactor = new() { Api = ApiSecondFactor.Totp } });
                await guarded.EnrolAsync();
                cast.Guarded.Enqueue(guarded);
            }
            return cast;
        }

        internal string FormOf(string name) => $"grant_type=password&username={name}&password={password}&client_id={app.ClientId}&client_secret={app.Secret}";

        internal Task<Answer> LoginAsync(HttpClient client, string name, string appended = "") =>
            PostAsync(client, ("grant_type", "password"), ("username", name), ("password", password + appended));

        internal Task<Answer> RefreshAsync(HttpClient client, string token) => PostAsync(client, ("grant_type", "refresh_token"), ("refresh_token", token));

        internal static async Task<bool> ResetTokenAsync(HttpClient client, string accessToken)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/me/security-token/reset");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
            using var response = await client.SendAsync(request, Stop);
            return response.StatusCode == HttpStatusCode.Accepted;
        }

        async Task<Answer> PostAsync(HttpClient client, params (string Name, string Value)[] form)
        {
            using var content = new FormUrlEncodedContent(form.Append(("client_id", app.ClientId)).Append(("client_secret", app.Secret)).Select(p => new KeyValuePair<string, string>(p.Item1, p.Item2)));
            using var response = await client.PostAsync("/services/oauth2/token", content, Stop);
            return await Answer.OfAsync(response);
        }
    }
}
