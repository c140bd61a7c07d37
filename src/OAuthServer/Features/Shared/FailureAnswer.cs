using OAuthServer.Http;

namespace OAuthServer.Features.Shared;

/// <summary>
/// Marks a door whose programs read no JSON, and says how they are told what is not their request's fault: a database that is away, a bug.
/// </summary>
/// <param name="WriteAsync">Answers in the door's own form; status and headers are the door's too.</param>
public sealed record FailureAnswer(Func<HttpContext, OAuthError, Task> WriteAsync);
