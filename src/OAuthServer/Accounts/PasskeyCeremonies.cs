using System.Formats.Cbor;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OAuthServer.Data;
using OAuthServer.Http;

namespace OAuthServer.Accounts;

/// <summary>What a browser is given to begin a ceremony, and what the server must remember of it until it ends.</summary>
/// <param name="OptionsJson">For <c>navigator.credentials</c>, in the JSON form of WebAuthn Level 3 section 5.1.</param>
/// <param name="Sealed">Challenge and user, sealed: good for one use, and for the caller to keep on the server.</param>
public sealed record PasskeyCeremony(string OptionsJson, byte[] Sealed);

/// <summary>An answer of a passkey that verified (WebAuthn Level 3 section 7.2). It must still be claimed: <see cref="SingleUse.ClaimSignatureAsync"/>.</summary>
/// <param name="UserId">Whose it is.</param>
/// <param name="PasskeyId">Which one.</param>
/// <param name="SignCount">Its counter.</param>
/// <param name="IsBackedUp">Copies of it exist.</param>
public sealed record PasskeyAssertion(string UserId, string PasskeyId, long SignCount, bool IsBackedUp);

/// <summary>
/// The two ceremonies of WebAuthn, verified by ASP.NET Core Identity. Owns what is demanded: the relying party and origin of the
/// configured public URL and of no request, user verification always, discoverable credentials, no attestation.
/// </summary>
public sealed class PasskeyCeremonies : IDisposable
{
    /// <summary>How long a ceremony may take.</summary>
    public static readonly TimeSpan Time = TimeSpan.FromMinutes(5);

    /// <summary>More than the largest honest answer: an RSA key with an attestation of three certificates.</summary>
    public const int MostCharacters = 32 * 1024;

    const string RegistrationPurpose = "passkey-registration";
    const string SignInPurpose = "passkey-sign-in";
    readonly MasterKey key;
    readonly UserManager<User> users;
    readonly PasskeyHandler<User> handler;

    public PasskeyCeremonies(Database database, MasterKey key, PublicUrl server)
    {
        this.key = key;
        var url = new Uri(server.Value);
        var origin = url.GetLeftPart(UriPartial.Authority);
        users = new UserManager<User>(
            new PasskeyStore(database), Options.Create(new IdentityOptions()), null!, [], [], new UpperInvariantLookupNormalizer(), new(), null!,
            NullLogger<UserManager<User>>.Instance);
        handler = new(users, Options.Create(new IdentityPasskeyOptions
        {
            ServerDomain = url.Host,
            AuthenticatorTimeout = Time,
            ChallengeSize = 32,
            UserVerificationRequirement = "required",
            ResidentKeyRequirement = "required",
            AttestationConveyancePreference = "none",
            ValidateOrigin = asked => ValueTask.FromResult(
                string.Equals(asked.Origin, origin, StringComparison.Ordinal) && !asked.CrossOrigin && asked.TopOrigin is null),
            VerifyAttestationStatement = asked => ValueTask.FromResult(IsWithoutAttestation(asked.AttestationObject)),
        }));
    }

    /// <summary>Begins a registration (WebAuthn Level 3 section 7.1).</summary>
    public async Task<PasskeyCeremony> BeginRegistrationAsync(User user)
    {
        var name = $"{user.FirstName} {user.LastName}".Trim();
        var options = await handler.MakeCreationOptionsAsync(
            new PasskeyUserEntity { Id = user.Id, Name = user.Username, DisplayName = name.Length > 0 ? name : user.Username }, new DefaultHttpContext());
        return new(options.CreationOptionsJson, Seal(RegistrationPurpose, options.AttestationState));
    }

    /// <summary>The passkey that a registration made for this user; null when the answer does not verify.</summary>
    public async Task<UserPasskeyInfo?> FinishRegistrationAsync(User user, byte[] ceremony, string credentialJson)
    {
        if (credentialJson.Length > MostCharacters)
            return null;
        var result = await handler.PerformAttestationAsync(new()
        {
            HttpContext = new DefaultHttpContext(),
            CredentialJson = credentialJson,
            AttestationState = Open(RegistrationPurpose, ceremony),
        });
        return result.Succeeded && result.UserEntity.Id == user.Id && result.Passkey.IsUserVerified ? result.Passkey : null;
    }

    /// <summary>
    /// Begins a sign-in (section 7.2). While nobody is proven it names no credential, so that it tells nobody which user has passkeys
    /// (section 14.6.2); afterwards it names the proven user's.
    /// </summary>
    public async Task<PasskeyCeremony> BeginSignInAsync(User? proven)
    {
        var options = await handler.MakeRequestOptionsAsync(proven, new DefaultHttpContext());
        return new(options.RequestOptionsJson, Seal(SignInPurpose, options.AssertionState));
    }

    /// <summary>Who answered; null when the answer does not verify.</summary>
    public async Task<PasskeyAssertion?> FinishSignInAsync(byte[] ceremony, string credentialJson)
    {
        if (credentialJson.Length > MostCharacters)
            return null;
        var result = await handler.PerformAssertionAsync(new()
        {
            HttpContext = new DefaultHttpContext(),
            CredentialJson = credentialJson,
            AssertionState = Open(SignInPurpose, ceremony),
        });
        return result.Succeeded ? new(result.User.Id, PasskeyStore.IdOf(result.Passkey.CredentialId), result.Passkey.SignCount, result.Passkey.IsBackedUp) : null;
    }

    /// <summary>None was asked for (section 8.7). Whatever else comes is not verified, and so not accepted; nor is anything after it.</summary>
    static bool IsWithoutAttestation(ReadOnlyMemory<byte> attestationObject)
    {
        try
        {
            var reader = new CborReader(attestationObject, CborConformanceMode.Strict);
            string? format = null;
            var isEmpty = false;
            reader.ReadStartMap();
            while (reader.PeekState() != CborReaderState.EndMap)
            {
                var name = reader.ReadTextString();
                if (name == "fmt")
                    format = reader.ReadTextString();
                else if (name == "attStmt")
                    isEmpty = reader.ReadEncodedValue().Span.SequenceEqual([(byte)0xa0]);
                else
                    reader.SkipValue();
            }
            reader.ReadEndMap();
            return format == "none" && isEmpty && reader.BytesRemaining == 0;
        }
        catch (Exception problem) when (problem is CborContentException or InvalidOperationException)
        {
            return false;
        }
    }

    byte[] Seal(string purpose, string? state) => key.Protect(purpose, Encoding.UTF8.GetBytes(state ?? ""));

    string Open(string purpose, byte[] ceremony) => Encoding.UTF8.GetString(key.Unprotect(purpose, ceremony));

    public void Dispose() => users.Dispose();
}
