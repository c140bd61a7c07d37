using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Login;

namespace OAuthServer.Features.Settings;

/// <summary>Login records by reference, none but the user's own.</summary>
static class OwnRecords
{
    internal static async Task<LoginRecord?> FindAsync(Database database, LoginReferences references, SignedInBrowser me, string reference, CancellationToken cancellation)
    {
        if (references.Parse(reference) is not { } id)
            return null;
        await using var db = database.NewContext();
        return await db.LoginRecords.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id && r.UserId == me.User.Id, cancellation);
    }
}
