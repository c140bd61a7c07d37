namespace OAuthServer.Email;

/// <summary>When a message that could not be sent is tried again, and when no more.</summary>
static class RetrySchedule
{
    static readonly TimeSpan[] Delays =
        [TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromHours(1)];

    /// <summary>A mail server may be away over a weekend; after that the message speaks of things long past.</summary>
    internal static TimeSpan GiveUpAfter { get; } = TimeSpan.FromDays(3);

    /// <summary>The pause after so many failed attempts: seconds at first, one hour at most.</summary>
    internal static TimeSpan PauseAfter(int attempts) => Delays[Math.Clamp(attempts, 1, Delays.Length) - 1];
}
