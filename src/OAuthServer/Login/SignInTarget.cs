using System.Text.Json;
using OAuthServer.Data;

namespace OAuthServer.Login;

/// <summary>Why somebody signs in: an app's request, or one of the server's own pages.</summary>
/// <param name="RequestHandle">The handle of the authorization request; null = none.</param>
/// <param name="To">A local path, for the server's own pages.</param>
/// <param name="AcrValues">What such a page demands above the policy, as an app's request would (<see cref="StepUp"/>); of a sign-in of the last ten minutes.</param>
public sealed record SignInTarget(string? RequestHandle, string? To, string? AcrValues = null)
{
    const string Purpose = "sign-in-target";

    /// <summary>As it is kept: the handle is a secret of the browser's.</summary>
    internal byte[] Seal(MasterKey key) => key.Protect(Purpose, JsonSerializer.SerializeToUtf8Bytes(this));

    internal static SignInTarget Open(MasterKey key, byte[]? sealedTarget) =>
        sealedTarget is null ? new(null, null) : JsonSerializer.Deserialize<SignInTarget>(key.Unprotect(Purpose, sealedTarget))!;

    /// <summary>Without the handle, which must not reach a log.</summary>
    public override string ToString() => nameof(SignInTarget);
}
