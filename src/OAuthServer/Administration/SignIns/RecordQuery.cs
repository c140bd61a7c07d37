using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Login;

namespace OAuthServer.Administration.SignIns;

/// <summary>Finds login records of one organization, newest first, each way by an index.</summary>
static class RecordQuery
{
    /// <summary>Records are written a moment after their time, in the order of their commits.</summary>
    internal static readonly TimeSpan Slack = TimeSpan.FromMinutes(5);

    /// <summary>The rule that decides where nothing is missing but a token.</summary>
    const string TokenRule = "SecurityTokenOffTrustedNetwork";

    /// <summary>What the filter means, or what is wrong with it.</summary>
    internal static async Task<(IQueryable<LoginRecord>? Records, AdminRefusal? Refusal)> OfAsync(
        ServerDb db, AdminCall call, SignInFilter filter, LoginReferences references)
    {
        var records = db.LoginRecords.AsNoTracking().Where(record => record.OrgId == call.Org.Id);
        string? userId = null;
        if (filter.User is { } name)
        {
            var normalized = Usernames.Normalize(name) ?? "";
            userId = await db.Users.Where(user => user.OrgId == call.Org.Id && user.NormalizedUsername == normalized).Select(user => user.Id).SingleOrDefaultAsync(call.Cancellation);
            if (userId is null)
                return (null, new AdminRefusal.Invalid("user", $"There is no user \"{name}\" in this organization."));
            records = records.Where(record => record.UserId == userId);
        }
        if (filter.App is { } app)
            records = records.Where(record => record.ClientId == app);
        if (filter.Network is { } network)
            records = records.Where(record => record.TrustedNetwork == network);
        if (filter.Address is { } address)
            records = records.Where(record => record.SourceAddress == address);
        if (filter.Channel is { } channel)
            records = records.Where(record => record.Channel == channel);
        if (filter.Decision is { } decision)
        {
            if (decision is not ("allow" or "challenge" or "deny"))
                return (null, new AdminRefusal.Invalid("decision", "is one of allow, challenge, deny."));
            // The index of what was not allowed holds only that.
            records = decision == "allow" ? records.Where(record => record.Decision == decision) : records.Where(record => record.Decision == decision && record.DecidingRule != null);
        }
        if (filter.Rule is { } rule)
            records = records.Where(record => record.DecidingRule == rule);
        records = filter.Token switch
        {
            TokenUse.Used => records.Where(record => record.TokenUsed),
            TokenUse.UsedNotNeeded => records.Where(record => record.TokenUsed && !record.TokenNeeded),
            TokenUse.Missing => records.Where(record => record.DecidingRule == TokenRule),
            _ => records,
        };
        if (filter.From is { } from)
            records = await FirstIdAsync(db, from - Slack, call.Cancellation) is { } first
                ? records.Where(record => record.Id >= first && record.At >= from) : records.Where(_ => false);
        if (filter.Until is { } until)
            records = await FirstIdAsync(db, until + Slack, call.Cancellation) is { } end
                ? records.Where(record => record.Id < end && record.At < until) : records.Where(record => record.At < until);
        if (Reference(filter.Since, "since", out var since) is { } wrongSince)
            return (null, wrongSince);
        if (since is { } later)
            records = records.Where(record => record.Id > later);
        if (Reference(filter.After, "after", out var after) is { } wrongAfter)
            return (null, wrongAfter);
        if (userId is null)
            return (Newest(after is { } earlier ? records.Where(record => record.Id < earlier) : records), null);
        // The index of a user is by time, because what is asked of one at sign-in is.
        var last = after is { } id ? await db.LoginRecords.Where(record => record.Id == id && record.OrgId == call.Org.Id).Select(record => (DateTimeOffset?)record.At).SingleOrDefaultAsync(call.Cancellation) : null;
        return (records.Where(record => last == null || record.At <= last && !(record.At == last && record.Id >= after)).OrderByDescending(record => record.At).ThenByDescending(record => record.Id), null);

        AdminRefusal? Reference(string? text, string member, out long? number)
        {
            number = text is null ? null : references.Parse(text);
            return text is not null && number is null ? new AdminRefusal.Invalid(member, "is no reference; send one such as 7K3M-2QPD.") : null;
        }
    }

    static IOrderedQueryable<LoginRecord> Newest(IQueryable<LoginRecord> records) => records.OrderByDescending(record => record.Id);

    /// <summary>The number of the first record that is not before a time, found by halving: records are numbered in the order of time, and no index by time is kept.</summary>
    internal static async Task<long?> FirstIdAsync(ServerDb db, DateTimeOffset time, CancellationToken cancellation)
    {
        var (low, high) = (0L, await db.LoginRecords.MaxAsync(record => (long?)record.Id, cancellation) ?? -1);
        long? found = null;
        while (low <= high)
        {
            var middle = low + (high - low) / 2;
            var next = await db.LoginRecords.Where(record => record.Id >= middle).OrderBy(record => record.Id).Select(record => new { record.Id, record.At }).FirstAsync(cancellation);
            if (next.At >= time)
                (found, high) = (next.Id, middle - 1);
            else
                low = next.Id + 1;
        }
        return found;
    }
}
