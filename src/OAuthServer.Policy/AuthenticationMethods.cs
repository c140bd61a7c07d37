using System.Collections.ObjectModel;

namespace OAuthServer.Policy;

/// <summary>
/// Proofs as RFC 8176 method references and as a context class. Values that RFC 8176 does not register are our own and
/// say what was seen: <c>token</c>, <c>email</c>, <c>fed</c>, <c>client_secret</c>, <c>client_assertion</c>, <c>refresh_token</c>.
/// </summary>
static class AuthenticationMethods
{
    const string OneFactor = "urn:oauthserver:acr:1";
    const string TwoFactors = "urn:oauthserver:acr:2";

    // A recovery code is a one-time password in the plain sense of the words.
    static readonly (Proof Proof, string[] Methods)[] Named =
    [
        (Proof.Password, ["pwd"]),
        (Proof.SecurityToken, ["token"]),
        (Proof.Totp | Proof.RecoveryCode, ["otp"]),
        (Proof.EmailCode, ["email"]),
        (Proof.Passkey, ["hwk", "user"]),
        (Proof.SsoAssertion, ["fed"]),
        (Proof.ClientSecret, ["client_secret"]),
        (Proof.ClientAssertion, ["client_assertion"]),
        (Proof.RefreshToken, ["refresh_token"]),
    ];

    // One list for each set of proofs, made when first asked for; two threads that race make the same list twice.
    static readonly IReadOnlyList<string>?[] Lists = new IReadOnlyList<string>?[(int)Proof.SsoSecondFactor << 1];

    internal static IReadOnlyList<string> Of(Proof proven) => Lists[(int)proven] ??= ListOf(proven);

    internal static string ClassOf(Proof proven) => HasTwoFactors(proven) ? TwoFactors : OneFactor;

    static ReadOnlyCollection<string> ListOf(Proof proven)
    {
        var methods = new List<string>();
        foreach (var (proof, names) in Named)
        {
            if ((proven & proof) != Proof.None)
            {
                methods.AddRange(names);
            }
        }

        if (HasTwoFactors(proven))
        {
            methods.Add("mfa");
        }

        return methods.AsReadOnly();
    }

    // A passkey is held and unlocked by its person, so it is two by itself; an identity provider that saw a second factor saw a first. A security token is a second password, and an
    // e-mailed code makes a device known: neither is a second factor.
    static bool HasTwoFactors(Proof proven) =>
        (proven & (Proof.Passkey | Proof.SsoSecondFactor)) != Proof.None
        || ((proven & (Proof.Password | Proof.SsoAssertion)) != Proof.None && (proven & (Proof.Totp | Proof.RecoveryCode)) != Proof.None);
}
