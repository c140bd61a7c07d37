using OAuthServer.Policy.Lockout;

namespace OAuthServer.Policy.Tests.Lockout;

public class LockoutStateTests
{
    static readonly LockoutPolicy ThreeForAnHour = new(3, TimeSpan.FromHours(1));
    static readonly DateTimeOffset Start = Logins.Noon;

    [Theory]
    [InlineData(3, 0, 2, 0, false)]
    [InlineData(3, 60, 3, 0, true)]
    [InlineData(3, 60, 3, 59, true)]
    [InlineData(3, 60, 3, 60, false)]
    [InlineData(3, 60, 7, 59, true)]
    [InlineData(3, 60, 3, -5, true)]
    [InlineData(3, null, 3, 600_000, true)]
    [InlineData(0, 60, 1000, 0, false)]
    [InlineData(0, null, 1000, 0, false)]
    public void Locked_from_the_last_allowed_failure_until_the_period_has_passed(
        int max, int? periodMinutes, int failures, int minutesLater, bool locked)
    {
        var policy = new LockoutPolicy(max, periodMinutes is { } minutes ? TimeSpan.FromMinutes(minutes) : null);
        Assert.Equal(locked, new LockoutState(failures, Start).IsLocked(policy, Start.AddMinutes(minutesLater)));
    }

    [Fact]
    public void Account_without_failures_is_not_locked() => Assert.False(LockoutState.Clear.IsLocked(LockoutPolicy.Default, Start));

    [Fact]
    public void Full_count_of_unknown_time_stays_locked() => Assert.True(new LockoutState(3, null).IsLocked(ThreeForAnHour, Start));

    [Fact]
    public void Failures_add_up_to_a_lockout()
    {
        var state = LockoutState.Clear;
        for (var i = 1; i <= 3; i++)
        {
            Assert.False(state.IsLocked(ThreeForAnHour, Start));
            state = state.AfterFailure(ThreeForAnHour, Start.AddMinutes(i));
            Assert.Equal(new LockoutState(i, Start.AddMinutes(i)), state);
        }

        Assert.True(state.IsLocked(ThreeForAnHour, Start.AddMinutes(3)));
    }

    [Fact]
    public void Knocking_at_a_locked_account_does_not_move_the_end_of_the_lockout()
    {
        var locked = new LockoutState(3, Start);
        Assert.Equal(locked, locked.AfterFailure(ThreeForAnHour, Start.AddMinutes(30)));
    }

    [Fact]
    public void Lockout_that_has_elapsed_starts_the_count_anew() => Assert.Equal(
        new LockoutState(1, Start.AddHours(1)),
        new LockoutState(3, Start).AfterFailure(ThreeForAnHour, Start.AddHours(1)));

    [Fact]
    public void Without_limit_failures_are_only_counted() => Assert.Equal(
        new LockoutState(1001, Start),
        new LockoutState(1000, Start).AfterFailure(new LockoutPolicy(0, null), Start));
}
