using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OAuthServer.Accounts;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Hosting;
using OAuthServer.Login;

namespace OAuthServer.Tests.Support;

/// <summary>
/// The real server on a loopback port, with a clock that turns, a mail folder that is read, and cheap password hashes. Callers
/// choose the loopback address they come from, so that networks are tested with real sockets.
/// </summary>
public sealed class TestServer : IAsyncDisposable
{
    /// <summary>Inside the trusted network "Head office" of organizations that tests make.</summary>
    public const string Office = "127.0.10.7";

    /// <summary>In no trusted network.</summary>
    public const string Outside = "127.0.0.1";

    readonly ServerOptions options;
    readonly Action<WebApplicationBuilder>? customize;
    WebApplication app;
    readonly string folder = Directory.CreateTempSubdirectory("oauthserver-test-").FullName;

    TestServer(string? postgres, Func<ServerOptions, ServerOptions>? change, DateTimeOffset? now, Action<WebApplicationBuilder>? customize)
    {
        this.customize = customize;
        if (now is { } at)
            Clock.Set(at);
        var usual = new ServerOptions
        {
            Listen = "http://127.0.0.1:0",
            PublicUrl = "http://localhost:5000",
            Database = postgres is null ? new() { SqlitePath = Path.Combine(folder, "server.db") } : new() { PostgresConnectionString = postgres },
            MasterKey = new byte[32],
            Mail = new MailOptions { Folder = MailFolder },
            Passwords = new PasswordHashingOptions { Rounds = 1_000 },
            Limits = new LimitOptions { RefusalsPerNetwork = 100_000, RefusalsPerApp = 100_000 },
        };
        options = change?.Invoke(usual) ?? usual;
        app = Build();
    }

    public ManualClock Clock { get; } = new();

    public LogKeeper Log { get; } = new();

    public string MailFolder => Path.Combine(folder, "mail");

    /// <summary>Of a server on the embedded database.</summary>
    public string DatabaseFile => options.Database.SqlitePath!;

    public IServiceProvider Services => app.Services;

    public Database Database => Services.GetRequiredService<Database>();

    public Uri Address { get; private set; } = null!;

    /// <summary>The address the server believes to have; it listens elsewhere unless started at its public URL.</summary>
    public string PublicUrl => options.PublicUrl;

    /// <summary>A server on a port of its own.</summary>
    /// <param name="postgres">On a new database of PostgreSQL instead of the embedded one.</param>
    /// <param name="change">Changes its options.</param>
    /// <param name="now">What its clock says.</param>
    /// <param name="customize">Replaces services.</param>
    public static async Task<TestServer> StartAsync(
        bool postgres = false, Func<ServerOptions, ServerOptions>? change = null, DateTimeOffset? now = null, Action<WebApplicationBuilder>? customize = null)
    {
        var server = new TestServer(postgres ? await Postgres.NewDatabaseAsync() : null, change, now, customize);
        await server.ListenAsync();
        return server;
    }

    /// <summary>A server that listens where its public URL says, for clients that follow the addresses it publishes.</summary>
    /// <param name="host">A name or address of this machine's loopback.</param>
    /// <param name="customize">Replaces services.</param>
    public static Task<TestServer> StartAtItsPublicUrlAsync(string host = "127.0.0.1", Action<WebApplicationBuilder>? customize = null)
    {
        var url = $"http://{host}:{FreePort.Next()}";
        return StartAsync(change: options => options with { Listen = url, PublicUrl = url }, customize: customize);
    }

    /// <summary>Stops the server and starts a new one on the same database, clock and log.</summary>
    public async Task RestartAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        app = Build();
        await ListenAsync();
    }

    /// <summary>What another process does on the same database before it listens.</summary>
    public async Task PrepareAnotherAsync()
    {
        await using var another = Build();
        await Server.PrepareAsync(another);
    }

    /// <summary>What administrators' doors do after a save: this node sees the change with the next request, not with the next poll.</summary>
    public Task NoticeAsync() => Services.GetRequiredService<ChangeWatch>().RefreshAsync();

    /// <summary>One node more on a database that is there already.</summary>
    public static Task<TestServer> StartOnAsync(string postgres) =>
        StartAsync(change: options => options with { Database = new() { PostgresConnectionString = postgres } });

    /// <summary>A client whose connections come from the given loopback address.</summary>
    public HttpClient From(string address = Outside) => new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectCallback = async (context, cancellation) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
    {
        BaseAddress = Address,
    };

    /// <summary>Posts a form to the token endpoint.</summary>
    public async Task<Answer> TokenAsync(string from, params (string Name, string? Value)[] form) => await PostAsync(from, "/services/oauth2/token", form);

    public async Task<Answer> PostAsync(string from, string path, params (string Name, string? Value)[] form)
    {
        using var client = From(from);
        using var content = new FormUrlEncodedContent(form.Where(p => p.Value is not null).Select(p => new KeyValuePair<string, string>(p.Name, p.Value!)));
        using var response = await client.PostAsync(path, content);
        return await Answer.OfAsync(response);
    }

    /// <summary>Sends any request.</summary>
    public async Task<Answer> SendAsync(HttpRequestMessage request, string from = Outside)
    {
        using var client = From(from);
        using (request)
        using (var response = await client.SendAsync(request))
            return await Answer.OfAsync(response);
    }

    /// <summary>The record behind an answer.</summary>
    public async Task<LoginRecord> RecordAsync(Answer answer)
    {
        var id = Services.GetRequiredService<LoginReferences>().Parse(answer.Reference ?? throw new InvalidOperationException("No Login-Reference header."));
        await using var db = Database.NewContext();
        return await db.LoginRecords.FindAsync(id) ?? throw new InvalidOperationException("No such record.");
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    WebApplication Build() => Server.Build(options, builder =>
    {
        builder.Services.AddSingleton<TimeProvider>(Clock);
        builder.Logging.ClearProviders().AddProvider(Log);
        customize?.Invoke(builder);
    });

    async Task ListenAsync()
    {
        await Server.PrepareAsync(app);
        await app.StartAsync();
        Address = new Uri(Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }
}

/// <summary>An answer, read.</summary>
public sealed record Answer(HttpStatusCode Status, string Text, string? Reference, System.Net.Http.Headers.HttpResponseHeaders Headers)
{
    /// <summary>The media type with its parameters; empty when there is no body.</summary>
    public string ContentType { get; init; } = "";

    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public string? this[string member] => Json.TryGetProperty(member, out var value) ? value.ToString() : null;

    public static async Task<Answer> OfAsync(HttpResponseMessage response) => new(
        response.StatusCode, await response.Content.ReadAsStringAsync(),
        response.Headers.TryGetValues("Login-Reference", out var values) ? values.Single() : null, response.Headers)
    {
        ContentType = response.Content.Headers.ContentType?.ToString() ?? "",
    };

    public void IsAllowed() => Assert.True(Status == HttpStatusCode.OK, $"{(int)Status}: {Text}");

    public void IsRefused(HttpStatusCode status, string error)
    {
        Assert.True(Status == status && this["error"] == error, $"{(int)Status}: {Text}");
    }

    public void IsRefused(string error, string description)
    {
        Assert.Equal(HttpStatusCode.BadRequest, Status);
        Assert.Equal(error, this["error"]);
        Assert.StartsWith(description, this["error_description"], StringComparison.Ordinal);
    }
}
