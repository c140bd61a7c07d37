using Microsoft.EntityFrameworkCore;
using OAuthServer.Accounts;
using OAuthServer.Administration.Jobs;
using OAuthServer.Administration.Policies;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Http;
using OAuthServer.Policy;

namespace OAuthServer.Administration.People.Import;

/// <summary>Carries out one batch of lines in the transaction of its checkpoint.</summary>
sealed class ImportStep(JobRun run, ImportJudge judge, MailedLinks links, Outbox outbox, PublicUrl server, TimeProvider clock)
{
    internal async Task<ImportResult> RunAsync(
        IReadOnlyList<ImportRow> batch, long number, long total, ImportResult result, bool invites, CancellationToken cancellation)
    {
        var (lines, next) = (new List<JobLine>(batch.Count), result);
        await run.CheckpointAsync(
            number, total, result, lines,
            async db =>
            {
                var now = clock.GetUtcNow();
                await PolicyLock.TakeAsync(db, cancellation);
                var names = batch.Where(row => row.Flaws.Count == 0).Select(row => row.NormalizedUsername).ToList();
                await db.Users.Where(u => u.OrgId == run.OrgId && names.Contains(u.NormalizedUsername)).ExecuteUpdateAsync(set => set.SetProperty(u => u.UpdatedAt, now), cancellation);
                var rows = await judge.JudgeAsync(db, batch, isTracked: true, cancellation);
                var invited = await ApplyAsync(db, rows, invites, now, cancellation);
                next = result.With(rows, invited);
                lines.AddRange(rows.Select(row => run.Line(row.Row.Line, row.Outcome, row.Line)));
                // What came out is known only now: the batch is judged where it is done.
                var json = SettingsJson.Write(next);
                await db.Jobs.Where(j => j.Id == run.Id).ExecuteUpdateAsync(set => set.SetProperty(j => j.Result, json), cancellation);
            },
            cancellation);
        return next;
    }

    async Task<int> ApplyAsync(ServerDb db, IReadOnlyList<JudgedRow> rows, bool invites, DateTimeOffset now, CancellationToken cancellation)
    {
        var (frozen, left, invited) = (new List<string>(), new List<string>(), new List<User>());
        foreach (var row in rows.Where(row => row.Outcome is JudgedRow.Made or JudgedRow.Changed))
        {
            var user = row.Present ?? Make(db, row, now);
            var before = user.Status;
            if (row.Present is not null && row.Row.Email is { } email && email != user.Email)
                await UserEmails.ChangeAsync(db, user, email, now, outbox, server, cancellation);
            Set(user, row);
            if (row.Present is not null && before != user.Status && user.Status != UserStatus.Active)
                (user.Status == UserStatus.Frozen ? frozen : left).Add(user.Id);
            if (row.ProviderId is { } provider)
                db.Add(new FederatedIdentity { ProviderId = provider, Subject = row.Row.Subject!, Format = row.Row.Format, UserId = user.Id, CreatedAt = now });
            if (invites && row.Present is null && user.Status == UserStatus.Active && MailedLinks.HasUseForPassword(row.Profile!, user))
                invited.Add(user);
        }
        await db.SaveChangesAsync(cancellation);
        if (frozen.Count > 0)
            await ClosedAccounts.EndSessionsAsync(db, frozen, now, cancellation);
        if (left.Count > 0)
            await ClosedAccounts.EndForGoodAsync(db, left, now, cancellation);
        foreach (var user in invited)
            await links.AddAsync(db, user, byAdministrator: true, cancellation);
        return invited.Count;
    }

    User Make(ServerDb db, JudgedRow row, DateTimeOffset now)
    {
        var user = new User
        {
            Id = RecordId.NewUser(),
            OrgId = run.OrgId,
            ProfileId = row.Profile!.Id,
            Username = row.Row.Username,
            NormalizedUsername = row.Row.NormalizedUsername,
            Email = row.Row.Email!,
            CreatedAt = now,
            UpdatedAt = now,
        };
        db.Add(user);
        return user;
    }

    static void Set(User user, JudgedRow judged)
    {
        var row = judged.Row;
        user.Email = row.Email ?? user.Email;
        user.FirstName = row.FirstName ?? user.FirstName;
        user.LastName = row.LastName ?? user.LastName;
        user.ProfileId = judged.Profile!.Id;
        user.Language = row.Language ?? user.Language;
        user.TimeZone = row.TimeZone ?? user.TimeZone;
        user.Status = row.Status ?? user.Status;
        user.IsBreakGlass = row.BreakGlass ?? user.IsBreakGlass;
    }
}
