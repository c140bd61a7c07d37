namespace OAuthServer.Tests.Support;

/// <summary>A clock that stands until it is turned. Timers are real.</summary>
public sealed class ManualClock : TimeProvider
{
    long ticks = new DateTimeOffset(2026, 3, 4, 10, 0, 0, TimeSpan.Zero).UtcTicks; // a Wednesday

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref ticks), TimeSpan.Zero);

    public void Advance(TimeSpan by) => Interlocked.Add(ref ticks, by.Ticks);

    public void Set(DateTimeOffset at) => Interlocked.Exchange(ref ticks, at.UtcTicks);
}
