namespace OAuthServer.Administration.Server;

/// <summary>How bad a finding is.</summary>
public enum FindingLevel
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Works, but look at it.</summary>
    Warn,

    /// <summary>Does not work.</summary>
    Fail,
}

/// <summary>One of the doctor's findings.</summary>
/// <param name="Level">How bad it is.</param>
/// <param name="Subject">What was looked at.</param>
/// <param name="Message">What was found, and what to do.</param>
public sealed record HealthFinding(FindingLevel Level, string Subject, string Message);

/// <summary>The certificate under which the server itself speaks HTTPS. Whoever connects sees as much.</summary>
/// <param name="Names">Names and addresses it is for.</param>
/// <param name="Issuer">Who issued it.</param>
/// <param name="NotAfter">When it ends.</param>
/// <param name="DaysLeft">Whole days until then; negative when it is past.</param>
public sealed record HttpsCertificate(IReadOnlyList<string> Names, string Issuer, DateTimeOffset NotAfter, int DaysLeft);

/// <summary>What the running server is, and how it fares.</summary>
/// <param name="Version">Of this program.</param>
/// <param name="Runtime">What it runs on.</param>
/// <param name="Database">SQLite or PostgreSQL.</param>
/// <param name="Schema">The last migration of the database.</param>
/// <param name="PublicUrl">The address under which the world knows it.</param>
/// <param name="OutboxDepth">How many mails wait, of all organizations; null for one of several organizations, as the next two.</param>
/// <param name="WriteQueue">How many writes wait.</param>
/// <param name="HashQueue">How many passwords wait to be hashed.</param>
/// <param name="Certificate">Of HTTPS; null where a proxy ends TLS, or nobody.</param>
/// <param name="Findings">The doctor's, of the server and of the organization. Those of the server are in general terms for one of several organizations.</param>
public sealed record ServerSight(
    string Version, string Runtime, string Database, string Schema, string PublicUrl, int? OutboxDepth, int? WriteQueue, int? HashQueue,
    HttpsCertificate? Certificate, IReadOnlyList<HealthFinding> Findings);

/// <summary>Whoever knows how the server was started and can look at all of it: the host, which no other room knows.</summary>
public interface IServerHealth
{
    /// <summary>Looks: at the organization now, at the server at most once a minute.</summary>
    /// <param name="orgId">Whose administrator asks: of other organizations nothing is told.</param>
    /// <param name="isOperator">Asked at the machine itself: everything is told of the server. Otherwise only where it has one organization.</param>
    /// <param name="cancellation">The caller has gone.</param>
    Task<ServerSight> LookAsync(string orgId, bool isOperator, CancellationToken cancellation);
}
