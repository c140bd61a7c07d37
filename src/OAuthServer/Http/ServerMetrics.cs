using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace OAuthServer.Http;

/// <summary>
/// What the server counts and times about its own work. One instance for each server; with no listener a call costs a branch.
/// </summary>
public sealed class ServerMetrics : IDisposable
{
    /// <summary>The name of the meter and of the source of spans.</summary>
    public const string Name = "OAuthServer";

    readonly Meter meter = new(Name);
    readonly Counter<long> logins;
    readonly Histogram<double> issuance;

    public ServerMetrics()
    {
        logins = meter.CreateCounter<long>("oauthserver.logins", "{login}", "Attempts to log in, by channel, decision and deciding rule.");
        // The usual bounds are meant for milliseconds; an issuance takes from a few tenths of one to a slow hash.
        issuance = meter.CreateHistogram("oauthserver.token.issuance.duration", "s", "Time to make and store the tokens of one grant.",
            tags: null, new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
            });
    }

    /// <summary>Spans of the server's own. Starting one returns null unless somebody listens.</summary>
    public static ActivitySource Activities { get; } = new(Name);

    /// <summary>Counts one attempt.</summary>
    /// <param name="channel">By which door.</param>
    /// <param name="decision"><c>allow</c>, <c>deny</c> or <c>challenge</c>.</param>
    /// <param name="rule">The rule that decided; null when all let it pass.</param>
    public void Login(string channel, string decision, string? rule)
    {
        if (!logins.Enabled)
            return;
        var tags = new TagList { { "channel", channel }, { "decision", decision } };
        if (rule is not null)
            tags.Add("rule", rule);
        logins.Add(1, tags);
    }

    /// <summary>Notes how long one issuance took.</summary>
    public void TokenIssued(TimeSpan took)
    {
        if (issuance.Enabled)
            issuance.Record(took.TotalSeconds);
    }

    /// <summary>Shows how many messages wait in the outbox. Asked only when somebody reads the metrics. Once for each server.</summary>
    public void ObserveOutboxDepth(Func<int> depth) =>
        Observe("oauthserver.outbox.depth", "{message}", "Messages that wait to be sent.", depth);

    /// <summary>Shows how many passwords wait to be hashed. Once for each server.</summary>
    public void ObserveHashQueue(Func<int> depth) =>
        Observe("oauthserver.hash.queue", "{password}", "Passwords that wait to be hashed.", depth);

    /// <summary>Shows how many pieces of work wait for the next commit. Once for each server.</summary>
    public void ObserveWriteQueue(Func<int> depth) =>
        Observe("oauthserver.write.queue", "{write}", "Writes that wait for the next commit.", depth);

    /// <summary>Shows in how many days certificates end on which single sign-on rests. Once for each server.</summary>
    public void ObserveCertificates(Func<IEnumerable<Measurement<double>>> daysLeft) =>
        meter.CreateObservableGauge("oauthserver.certificate.days_left", daysLeft, "d", "Days until a single sign-on certificate ends, by provider, use and owner.");

    /// <summary>Ends the meter: whoever listens forgets its instruments.</summary>
    public void Dispose() => meter.Dispose();

    internal bool Owns(Instrument instrument) => ReferenceEquals(instrument.Meter, meter);

    void Observe(string name, string unit, string description, Func<int> depth) =>
        meter.CreateObservableGauge(name, depth, unit, description);
}
