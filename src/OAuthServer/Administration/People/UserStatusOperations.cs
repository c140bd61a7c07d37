using OAuthServer.Policy;

namespace OAuthServer.Administration.People;

/// <summary>Freezes, deactivates and opens accounts.</summary>
public sealed class UserStatusOperations(UserChanges changes, LastWayIn lastWayIn) : IAdminOperations
{
    const string Page = "/setup/people/user";

    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Change<UserName, UserSight>(
            "users.freeze", "POST", "/users/{user}/freeze", Page, "Freeze a user for now: nobody comes in, sessions end at once, what was granted sleeps.", FreezeAsync).Versioned().Stops("users.impact"),
        AdminOperation.Change<UserName, UserSight>("users.unfreeze", "POST", "/users/{user}/unfreeze", Page, "Let a frozen user come in again.", UnfreezeAsync).Versioned(),
        AdminOperation.Change<UserName, UserSight>(
            "users.deactivate", "POST", "/users/{user}/deactivate", Page, "Deactivate a user who has left: sessions, grants and the security token end for good.", DeactivateAsync).Versioned().Stops("users.impact"),
        AdminOperation.Change<UserName, UserSight>("users.activate", "POST", "/users/{user}/activate", Page, "Let a deactivated user come in again.", ActivateAsync).Versioned(),
        AdminOperation.Change<UserName, UserSight>("users.unlock", "POST", "/users/{user}/unlock", Page, "End a lockout, for trusted and untrusted origins.", UnlockAsync).Versioned(),
        AdminOperation.Change<UserName, UserSight>("users.end-sessions", "POST", "/users/{user}/end-sessions", Page, "Sign a user out of every browser.", EndSessionsAsync).Versioned().Stops("users.impact"),
    ];

    public Task<AdminAnswer<UserSight>> FreezeAsync(AdminCall call, UserName input) => changes.RunAsync(call, input.User, async held =>
        held.User.Status == UserStatus.Inactive ? NotNow("The account is deactivated already.") : await CloseAsync(call, held, UserStatus.Frozen));

    public Task<AdminAnswer<UserSight>> DeactivateAsync(AdminCall call, UserName input) =>
        changes.RunAsync(call, input.User, held => CloseAsync(call, held, UserStatus.Inactive));

    public Task<AdminAnswer<UserSight>> UnfreezeAsync(AdminCall call, UserName input) => changes.RunAsync(call, input.User, held => Task.FromResult(
        held.User.Status == UserStatus.Inactive ? NotNow("The account is deactivated, not frozen: activate it.") : Open(held)));

    public Task<AdminAnswer<UserSight>> ActivateAsync(AdminCall call, UserName input) => changes.RunAsync(call, input.User, held => Task.FromResult(
        held.User.Status == UserStatus.Frozen ? NotNow("The account is frozen, not deactivated: unfreeze it.") : Open(held)));

    public Task<AdminAnswer<UserSight>> UnlockAsync(AdminCall call, UserName input) => changes.RunAsync(call, input.User, held =>
    {
        var user = held.User;
        (user.TrustedFailures, user.TrustedLastFailureAt, user.UntrustedFailures, user.UntrustedLastFailureAt) = (0, null, 0, null);
        return Task.FromResult<AdminRefusal?>(null);
    });

    public Task<AdminAnswer<UserSight>> EndSessionsAsync(AdminCall call, UserName input) => changes.RunAsync(call, input.User, async held =>
    {
        await ClosedAccounts.EndSessionsAsync(held.Db, [held.User.Id], held.At, call.Cancellation);
        held.Db.Audit(call.Org.Id, "user", held.User.Id, held.User.Username, after: new { Sessions = "ended" });
        return null;
    });

    /// <summary>Closes an account in the caller's transaction, unless nobody could administer afterwards.</summary>
    internal async Task<AdminRefusal?> CloseAsync(AdminCall call, HeldUser held, UserStatus status)
    {
        if (held.User.Status == status)
            return null;
        if (held.User.Status == UserStatus.Active && await lastWayIn.WhyNotWithoutAsync(call, held, account => account with { Status = status }) is { } refusal)
            return refusal;
        held.User.Status = status;
        if (status == UserStatus.Inactive)
            await ClosedAccounts.EndForGoodAsync(held.Db, [held.User.Id], held.At, call.Cancellation);
        else
            await ClosedAccounts.EndSessionsAsync(held.Db, [held.User.Id], held.At, call.Cancellation);
        return null;
    }

    static AdminRefusal? Open(HeldUser held)
    {
        held.User.Status = UserStatus.Active;
        return null;
    }

    static AdminRefusal.Conflict NotNow(string detail) => new("other-status", "The account is not in that state.", detail);
}
