namespace OAuthServer.Tests.Support;

/// <summary>A clock that stands until it is turned. Timers are real; time that is measured is real and what the clock was turned forward.</summary>
public sealed class ManualClock : TimeProvider
{
    long ticks = new DateTimeOffset(2026, 3, 4, 10, 0, 0, TimeSpan.Zero).UtcTicks; // a Wednesday
    long advanced;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref ticks), TimeSpan.Zero);

    public override long GetTimestamp() => base.GetTimestamp() + (long)(Interlocked.Read(ref advanced) * (TimestampFrequency / (double)TimeSpan.TicksPerSecond));

    public void Advance(TimeSpan by)
    {
        Interlocked.Add(ref ticks, by.Ticks);
        Interlocked.Add(ref advanced, by.Ticks);
    }

    public void Set(DateTimeOffset at) => Interlocked.Exchange(ref ticks, at.UtcTicks);
}
