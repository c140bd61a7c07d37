using System.Diagnostics.CodeAnalysis;
using OAuthServer.Data;

namespace OAuthServer.Administration;

/// <summary>
/// One thing an administrator can do. It is declared once, and from that come the endpoint of the API with its part of the OpenAPI document,
/// and the verb of the command line; the page calls the same method. So the three ways cannot drift apart.
/// </summary>
public abstract class AdminOperation
{
    private protected AdminOperation(string name, string method, string path, string page, string summary) =>
        (Name, Method, Path, Page, Summary) = (name, method, path, page, summary);

    /// <summary>Such as <c>users.freeze</c>: also the verb of the command line (<c>oauthserver users freeze</c>) and the word in the audit trail.</summary>
    public string Name { get; }

    /// <summary>GET only reads. POST changes something or, where <see cref="IsChange"/> says so, only asks with a body; every other method changes something.</summary>
    public string Method { get; }

    /// <summary>Under <see cref="AdminCatalogue.Root"/>, such as <c>/users/{user}/freeze</c>. What stands in braces is a member of the input.</summary>
    public string Path { get; }

    /// <summary>The page that offers it, such as <c>/setup/people</c>.</summary>
    public string Page { get; }

    /// <summary>One sentence in the imperative: help of the command line, and summary in the OpenAPI document.</summary>
    public string Summary { get; }

    /// <summary>A record of what it is asked with. Members that the path names come from there; a GET takes the others from the query, everything else from the body.</summary>
    public abstract Type Input { get; }

    /// <summary>What it answers with.</summary>
    public abstract Type Output { get; }

    /// <summary>It changes something, and needs the scope for that.</summary>
    public bool IsChange { get; private init; } = true;

    /// <summary>What the path does not name is sent as a body.</summary>
    public bool HasBody => Method != "GET";

    /// <summary>It compares <see cref="AdminCall.IfMatch"/> with the version of what it changes. Any other change is told so, rather than made unseen.</summary>
    public bool IsVersioned { get; private set; }

    /// <summary>The operation that says, before it is done, what it will stop; null where it stops nothing.</summary>
    public string? Impact { get; private set; }

    /// <summary>The members of the input that the path names, in its order.</summary>
    public IReadOnlyList<string> PathMembers => [.. Path.Split('/').Where(part => part.StartsWith('{')).Select(part => part.Trim('{', '}'))];

    /// <summary>Declares that it compares versions.</summary>
    public AdminOperation Versioned()
    {
        IsVersioned = true;
        return this;
    }

    /// <summary>Declares that it stops something, and which operation says beforehand what.</summary>
    public AdminOperation Stops(string impact)
    {
        Impact = impact;
        return this;
    }

    /// <summary>Runs it with an input of type <see cref="Input"/>.</summary>
    public abstract Task<AdminAnswer> RunAsync(AdminCall call, object input);

    /// <summary>One that only reads.</summary>
    public static AdminOperation Read<TInput, TOutput>(
        string name, string path, string page, string summary, Func<AdminCall, TInput, Task<AdminAnswer<TOutput>>> run)
        where TInput : class => new Typed<TInput, TOutput>(name, "GET", path, page, summary, run) { IsChange = false };

    /// <summary>One that only reads, and is asked with more than a query should hold: queries stand in the logs of proxies, and are short.</summary>
    public static AdminOperation Ask<TInput, TOutput>(
        string name, string path, string page, string summary, Func<AdminCall, TInput, Task<AdminAnswer<TOutput>>> run)
        where TInput : class => new Typed<TInput, TOutput>(name, "POST", path, page, summary, run) { IsChange = false };

    /// <summary>One that changes something.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="method">POST, PUT or DELETE.</param>
    /// <param name="path">Its path.</param>
    /// <param name="page">The page that offers it.</param>
    /// <param name="summary">What it does.</param>
    /// <param name="run">The method that does it.</param>
    public static AdminOperation Change<TInput, TOutput>(
        string name, [ConstantExpected] string method, string path, string page, string summary, Func<AdminCall, TInput, Task<AdminAnswer<TOutput>>> run)
        where TInput : class => new Typed<TInput, TOutput>(name, method, path, page, summary, run);

    sealed class Typed<TInput, TOutput>(
        string name, string method, string path, string page, string summary, Func<AdminCall, TInput, Task<AdminAnswer<TOutput>>> run)
        : AdminOperation(name, method, path, page, summary)
        where TInput : class
    {
        public override Type Input => typeof(TInput);

        public override Type Output => typeof(TOutput);

        public override async Task<AdminAnswer> RunAsync(AdminCall call, object input) => await run(call, (TInput)input);
    }
}

/// <summary>A room of operations: users, profiles, apps.</summary>
public interface IAdminOperations
{
    IEnumerable<AdminOperation> All { get; }
}

/// <summary>How a room makes its operations known.</summary>
public static class AdminOperations
{
    /// <summary>Adds a room of operations, for pages by its type and for everybody by the catalogue.</summary>
    public static IServiceCollection AddOperations<T>(this IServiceCollection services)
        where T : class, IAdminOperations =>
        services.AddSingleton<T>().AddSingleton<IAdminOperations>(provider => provider.GetRequiredService<T>());
}

/// <summary>Everything an administrator can do, by name.</summary>
public sealed class AdminCatalogue(IEnumerable<IAdminOperations> rooms)
{
    /// <summary>Where the API begins.</summary>
    public const string Root = "/api/setup";

    /// <summary>In the order of their rooms.</summary>
    public IReadOnlyList<AdminOperation> All { get; } = [.. rooms.SelectMany(room => room.All)];

    public AdminOperation? Find(string name) => All.FirstOrDefault(operation => operation.Name == name);
}

/// <summary>An input that says nothing: what is asked for needs no more.</summary>
public sealed record Nothing;

/// <summary>Who asks for an operation, of which organization, and from where.</summary>
/// <param name="Org">The one organization that the caller sees.</param>
/// <param name="Actor">For the audit trail; its operation is that which runs.</param>
/// <param name="From">The caller's address; null at the machine itself, or unknown.</param>
/// <param name="IfMatch">The version of the thing that the caller has seen, if the caller cares; null = whatever it is now.</param>
/// <param name="Cancellation">The caller has gone.</param>
public sealed record AdminCall(Organization Org, AuditActor Actor, System.Net.IPAddress? From, string? IfMatch, CancellationToken Cancellation)
{
    /// <summary>When it was asked for.</summary>
    public DateTimeOffset At => Actor.At;

    /// <summary>When the person behind it signed in: the session's last sign-in, or the token's <c>auth_time</c>; null at the machine itself, or unknown.</summary>
    public DateTimeOffset? AuthenticatedAt { get; init; }

    /// <summary>The caller has seen another version than this one, and cares.</summary>
    public bool HasSeenAnother(string version) => IfMatch is { } seen && seen != version;

    /// <summary>A context that writes the audit trail of what it saves. The caller disposes it.</summary>
    public ServerDb Begin(Database database)
    {
        var db = database.NewContext();
        db.Actor = Actor;
        return db;
    }

    /// <summary>The same caller asking for another operation.</summary>
    public AdminCall For(string operation) => this with { Actor = Actor with { Operation = operation } };
}
