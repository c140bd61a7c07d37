using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Policy;
using OAuthServer.Policy.Lockout;

namespace OAuthServer.Administration.People;

/// <summary>
/// Which people a list shows, as one query in the order of usernames: it walks the index of the organization's usernames from where the last
/// part ended, and looks into other tables by the user's own index. It reads no more than one organization, once.
/// </summary>
static class UserQuery
{
    /// <summary>A token that was used in this time is in use.</summary>
    internal const int TokenDays = 90;

    internal static IQueryable<User> Of(ServerDb db, string orgId, ListUsers wanted, IEnumerable<ProfileFacts> profiles, DateTimeOffset now)
    {
        var users = db.Users.AsNoTracking().Where(u => u.OrgId == orgId);
#pragma warning disable CA1304, CA1309, CA1311, CA1862, MA0011 // the database compares
        if (wanted.After is { } after)
            users = users.Where(u => string.Compare(u.NormalizedUsername, after) > 0);
        if (wanted.Search?.Trim() is { Length: > 0 } text)
        {
            var (typed, lower) = (text, text.ToLowerInvariant());
            users = users.Where(u => u.NormalizedUsername.StartsWith(lower) || u.Email.ToLower().StartsWith(lower)
                || u.LastName.ToLower().StartsWith(lower) || u.LastName.StartsWith(typed));
        }
#pragma warning restore CA1304, CA1309, CA1311, CA1862, MA0011
        if (wanted.Profile is { } name)
        {
            var ids = profiles.Where(profile => profile.Name == name).Select(profile => profile.Id).ToArray();
            users = users.Where(u => ids.Contains(u.ProfileId));
        }
        if (wanted.Status is { } status)
            users = users.Where(u => u.Status == status);
        if (wanted.LockedOut == true)
            users = users.Where(LockedOut([.. profiles], now));
        return Using(db, users, wanted, now).OrderBy(u => u.NormalizedUsername);
    }

    static IQueryable<User> Using(ServerDb db, IQueryable<User> users, ListUsers wanted, DateTimeOffset now)
    {
        if (wanted.WithoutFactor == true)
            users = users.Where(u => !db.Authenticators.Any(a => a.UserId == u.Id && a.ConfirmedAt != null) && !db.Passkeys.Any(p => p.UserId == u.Id));
        if (wanted.NeverSignedIn == true)
            users = users.Where(u => u.FirstLoginAt == null);
        if (wanted.DormantDays is { } days)
        {
            var since = now.AddDays(-days);
            users = users.Where(u => u.CreatedAt < since && !db.LoginRecords.Any(r => r.UserId == u.Id && r.At >= since && r.Decision == "allow"));
        }
        if (wanted.UsesToken == true)
        {
            var since = now.AddDays(-TokenDays);
            users = users.Where(u => db.SecurityTokens.Any(t => t.UserId == u.Id && t.LastUsedAt >= since));
        }
        return users;
    }

    /// <summary>Locked from either origin, by what each profile says; the same as <see cref="LockoutState.IsLocked"/>, as a query.</summary>
    static Expression<Func<User, bool>> LockedOut(IReadOnlyList<ProfileFacts> profiles, DateTimeOffset now)
    {
        Expression<Func<User, bool>> any = user => false;
        foreach (var alike in profiles.Where(profile => profile.Lockout.MaxInvalidAttempts > 0).GroupBy(profile => profile.Lockout, profile => profile.Id))
        {
            var (ids, most) = (alike.ToArray(), alike.Key.MaxInvalidAttempts);
            // Without a period nothing is old enough to be over.
            var since = alike.Key.Period is { } period ? now - period : DateTimeOffset.UnixEpoch;
            any = Or(any, u => ids.Contains(u.ProfileId)
                && (u.TrustedFailures >= most && (u.TrustedLastFailureAt == null || u.TrustedLastFailureAt > since)
                    || u.UntrustedFailures >= most && (u.UntrustedLastFailureAt == null || u.UntrustedLastFailureAt > since)));
        }
        return any;
    }

    static Expression<Func<User, bool>> Or(Expression<Func<User, bool>> one, Expression<Func<User, bool>> other) => Expression.Lambda<Func<User, bool>>(
        Expression.OrElse(one.Body, new Renamed(other.Parameters[0], one.Parameters[0]).Visit(other.Body)), one.Parameters[0]);

    sealed class Renamed(ParameterExpression from, ParameterExpression to) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => node == from ? to : node;
    }
}
