using OAuthServer.Policy;

namespace OAuthServer.Tokens;

/// <summary>What a device is given to show and to poll with (RFC 8628 section 3.2).</summary>
/// <param name="DeviceCode">For the device alone.</param>
/// <param name="UserCode">For the person, as it is shown.</param>
/// <param name="ExpiresIn">How long both live.</param>
/// <param name="Interval">How long to wait between two polls.</param>
public sealed record NewDeviceAuthorization(string DeviceCode, string UserCode, TimeSpan ExpiresIn, TimeSpan Interval)
{
    /// <summary>Without the codes, which must not reach a log.</summary>
    public override string ToString() => nameof(NewDeviceAuthorization);
}

/// <summary>A device that a person has found by its user code.</summary>
/// <param name="Id">Names it in what follows; it is not the device code.</param>
/// <param name="AppId">Whose device it is.</param>
/// <param name="Scope">What it asks for.</param>
/// <param name="AskedFrom">The address it asked from.</param>
/// <param name="AskedAt">When.</param>
/// <param name="ApprovedBy">The user who approved it already; null while it waits.</param>
public sealed record WaitingDevice(string Id, string AppId, string Scope, string? AskedFrom, DateTimeOffset AskedAt, string? ApprovedBy);

/// <summary>A person's yes, after the gate has let it pass.</summary>
public sealed record DeviceApproval
{
    public required string UserId { get; init; }

    /// <summary>The browser session it was given in.</summary>
    public required string SessionId { get; init; }

    public required Assurance Assurance { get; init; }

    public required int ProfileVersion { get; init; }

    /// <summary>When the password that proved the user was set; null when none did.</summary>
    public DateTimeOffset? PasswordChangedAt { get; init; }

    public required DateTimeOffset AuthenticatedAt { get; init; }

    /// <summary>The login record of the approval.</summary>
    public required string Reference { get; init; }
}

/// <summary>What a poll finds (RFC 8628 section 3.5).</summary>
public abstract record DevicePoll
{
    private DevicePoll() { }

    /// <summary>Approved. It is used up by the grant it makes (<see cref="DeviceAuthorizations.SpendAsync"/>), which is one poll's alone.</summary>
    public sealed record Approved(string Id, DeviceApproval Approval, string Scope, DateTimeOffset At) : DevicePoll;

    /// <summary>Nobody has decided yet.</summary>
    public sealed record Pending : DevicePoll;

    /// <summary>The same, and the device asks too often: it must wait longer from now on.</summary>
    public sealed record TooFast : DevicePoll;

    /// <summary>The person said no.</summary>
    public sealed record Denied : DevicePoll;

    /// <summary>Nobody decided in time.</summary>
    public sealed record Expired : DevicePoll;

    /// <summary>No code of this app, or one that was used.</summary>
    public sealed record Unknown : DevicePoll;
}
