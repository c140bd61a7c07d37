using System.Diagnostics.Metrics;
using OAuthServer.Http;

namespace OAuthServer.Tests.Http;

[Collection("Listens to the meters of the process")]
public sealed class ServerMetricsTests
{
    [Fact]
    public void A_login_is_counted_with_channel_decision_and_rule()
    {
        using var metrics = new ServerMetrics();
        using var listener = Listen(metrics, out var seen);
        metrics.Login("soap", "deny", "WithinLoginHours");
        metrics.Login("soap", "allow", null);
        Assert.Equal(["oauthserver.logins 1 channel=soap decision=deny rule=WithinLoginHours", "oauthserver.logins 1 channel=soap decision=allow"], seen);
    }

    [Fact]
    public void An_issuance_is_timed_in_seconds()
    {
        using var metrics = new ServerMetrics();
        using var listener = Listen(metrics, out var seen);
        metrics.TokenIssued(TimeSpan.FromMilliseconds(250));
        Assert.Equal(["oauthserver.token.issuance.duration 0.25 "], seen);
    }

    [Fact]
    public void Depths_are_asked_for_only_when_somebody_reads_them()
    {
        using var metrics = new ServerMetrics();
        using var listener = Listen(metrics, out var seen);
        var asked = 0;
        metrics.ObserveOutboxDepth(() => ++asked);
        Assert.Equal(0, asked);
        listener.RecordObservableInstruments();
        Assert.Equal(["oauthserver.outbox.depth 1 "], seen);
    }

    [Fact]
    public void Without_a_listener_a_login_allocates_nothing()
    {
        using var metrics = new ServerMetrics();
        metrics.Login("soap", "deny", "WithinLoginHours");
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            metrics.Login("soap", "deny", "WithinLoginHours");
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    // Listens to this instance alone: other tests have meters of the same name.
    static MeterListener Listen(ServerMetrics metrics, out List<string> seen)
    {
        var lines = seen = [];
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (metrics.Owns(instrument))
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.Start();
        return listener;

        void Note(Instrument instrument, object value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            lines.Add($"{instrument.Name} {value} {string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}");
    }
}
