using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Accounts;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Features.Settings;

/// <summary>How the user can sign in, and what applies and why.</summary>
public sealed class IndexModel(Database database, UserAccounts accounts, AppliedRules rules, IdentityProviders providers, RequestOrigins origins, TimeProvider clock) : PageModel
{
    public SignedInBrowser Me => SettingsDoor.Me(HttpContext);

    public string Name => $"{Me.User.FirstName} {Me.User.LastName}".Trim() is { Length: > 0 } name ? name : Me.User.Username;

    public SecurityTokenState Token { get; private set; } = null!;

    public DateTimeOffset? AuthenticatorSince { get; private set; }

    public int CodesLeft { get; private set; }

    public int Passkeys { get; private set; }

    /// <summary>At how many identity providers the organization's people sign in.</summary>
    public int Providers { get; private set; }

    /// <summary>How many identities there open this account.</summary>
    public int Identities { get; private set; }

    public IReadOnlyList<AppliedRule> Rules { get; private set; } = [];

    public async Task OnGetAsync()
    {
        var now = clock.GetUtcNow();
        var enrolled = (await accounts.FindByIdAsync(Me.User.Id))?.Enrolled ?? Proof.None;
        Rules = rules.Of(new(Me.User, Me.Profile, Me.Org.Facts, enrolled, origins.Of(HttpContext).Address, now));
        Providers = (await providers.CurrentAsync()).Of(Me.User.OrgId).Count;
        await using var db = database.NewContext();
        Token = await SecurityTokenState.ReadAsync(db, Me.User, Me.Profile, now, HttpContext.RequestAborted);
        AuthenticatorSince = await db.Authenticators.Where(a => a.UserId == Me.User.Id && a.ConfirmedAt != null).MaxAsync(a => a.ConfirmedAt, HttpContext.RequestAborted);
        CodesLeft = await db.RecoveryCodes.CountAsync(c => c.UserId == Me.User.Id && c.UsedAt == null, HttpContext.RequestAborted);
        Identities = await db.FederatedIdentities.CountAsync(i => i.UserId == Me.User.Id, HttpContext.RequestAborted);
        Passkeys = await db.Passkeys.CountAsync(p => p.UserId == Me.User.Id, HttpContext.RequestAborted);
    }
}
