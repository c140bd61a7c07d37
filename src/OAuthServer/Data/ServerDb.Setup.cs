using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OAuthServer.Data;

/// <summary>The tables of the administrators' rooms, and how the login records are found there.</summary>
public abstract partial class ServerDb
{
    public DbSet<AuditEntry> AuditEntries => Set<AuditEntry>();

    public DbSet<Draft> Drafts => Set<Draft>();

    public DbSet<TrialChange> TrialChanges => Set<TrialChange>();

    public DbSet<PolicyTest> PolicyTests => Set<PolicyTest>();

    public DbSet<Job> Jobs => Set<Job>();

    public DbSet<JobChunk> JobChunks => Set<JobChunk>();

    public DbSet<JobLine> JobLines => Set<JobLine>();

    public DbSet<Integration> Integrations => Set<Integration>();

    public DbSet<IntegrationDay> IntegrationDays => Set<IntegrationDay>();

    public DbSet<IntegrationMark> IntegrationMarks => Set<IntegrationMark>();

    public DbSet<IntegrationCount> IntegrationCounts => Set<IntegrationCount>();

    public DbSet<BrownOut> BrownOuts => Set<BrownOut>();

    /// <summary>
    /// One index for each way the records are looked for, all in their order. Those that only refused logins, or logins with a token, are
    /// found by hold only these, so that the common login pays little. The names are written so that a partial one can stand beside a whole one.
    /// </summary>
    static void ConfigureRecords(EntityTypeBuilder<LoginRecord> records)
    {
        records.HasIndex(r => new { r.UserId, r.At });
        records.HasIndex(r => new { r.OrgId, r.Id });
        records.HasIndex(r => new { r.OrgId, r.ClientId, r.Id });
        records.HasIndex(r => new { r.OrgId, r.SourceAddress, r.Id });
        records.HasIndex(r => new { r.OrgId, r.Channel, r.Id });
        records.HasIndex(r => new { r.OrgId, r.TrustedNetwork, r.Id }).HasFilter("trusted_network IS NOT NULL");
        records.HasIndex(r => new { r.OrgId, r.DecidingRule, r.Id }).HasFilter("deciding_rule IS NOT NULL");
        records.HasIndex(r => new { r.OrgId, r.Decision, r.Id }).HasFilter("deciding_rule IS NOT NULL");
        records.HasIndex(r => new { r.OrgId, r.Id }, "ix_login_records_token_used").HasFilter("token_used");
    }

    /// <summary>
    /// One index for each order of the list, and for each filter that may leave few of many, in both orders. A login changes none of them: the
    /// inventory is counted behind the logins.
    /// </summary>
    static void ConfigureIntegrationLists(EntityTypeBuilder<Integration> integrations)
    {
        integrations.HasIndex(i => new { i.OrgId, i.LastSeenAt, i.Id });
        integrations.HasIndex(i => new { i.OrgId, i.Score, i.Id });
        integrations.HasIndex(i => new { i.OrgId, i.Stage, i.LastSeenAt, i.Id });
        integrations.HasIndex(i => new { i.OrgId, i.Stage, i.Score, i.Id });
        integrations.HasIndex(i => new { i.OrgId, i.ClientId, i.LastSeenAt, i.Id });
        integrations.HasIndex(i => new { i.OrgId, i.ClientId, i.Score, i.Id });
        integrations.HasIndex(i => new { i.OrgId, i.OwnerId, i.LastSeenAt, i.Id }).HasFilter("owner_id IS NOT NULL");
        integrations.HasIndex(i => new { i.OrgId, i.Client, i.Id });
        integrations.HasIndex(i => new { i.OrgId, i.OwnerId, i.Score, i.Id }).HasFilter("owner_id IS NOT NULL");
        integrations.HasIndex(i => new { i.OrgId, i.ScoredOn }).HasFilter("password_last_seen_at IS NOT NULL");
        integrations.HasIndex(i => i.NewClientId).HasFilter("new_client_id IS NOT NULL");
    }

    static void ConfigureSetup(ModelBuilder modelBuilder)
    {
        // No foreign keys: what was done outlives what it was done to.
        modelBuilder.Entity<AuditEntry>(e => { e.HasIndex(a => new { a.OrgId, a.Id }); e.HasIndex(a => new { a.ObjectId, a.Id }); });
        modelBuilder.Entity<Draft>(e =>
        {
            e.HasIndex(d => new { d.OrgId, d.SavedAt, d.Id });
            e.HasOne<Organization>().WithMany().HasForeignKey(d => d.OrgId);
            e.HasOne<Profile>().WithMany().HasForeignKey(d => d.ProfileId);
        });
        modelBuilder.Entity<TrialChange>(e => { e.HasIndex(t => t.RevertsAt); e.HasOne<Organization>().WithMany().HasForeignKey(t => t.OrgId); });
        modelBuilder.Entity<PolicyTest>(e => { e.HasIndex(t => new { t.OrgId, t.Name }).IsUnique(); e.HasOne<Organization>().WithMany().HasForeignKey(t => t.OrgId); });
        modelBuilder.Entity<Job>(e =>
        {
            e.HasIndex(j => j.State);
            e.HasIndex(j => new { j.OrgId, j.CreatedAt, j.Id });
            e.HasOne<Organization>().WithMany().HasForeignKey(j => j.OrgId);
        });
        modelBuilder.Entity<JobChunk>(e => { e.HasKey(c => new { c.JobId, c.Number }); e.HasOne<Job>().WithMany().HasForeignKey(c => c.JobId); });
        modelBuilder.Entity<JobLine>(e =>
        {
            e.HasKey(l => new { l.JobId, l.Number });
            e.HasIndex(l => new { l.JobId, l.Outcome, l.Number });
            e.HasOne<Job>().WithMany().HasForeignKey(l => l.JobId);
        });
        modelBuilder.Entity<Integration>(e =>
        {
            e.HasIndex(i => new { i.OrgId, i.UserId, i.ClientId, i.Network, i.Client }).IsUnique();
            ConfigureIntegrationLists(e);
            e.HasOne<Organization>().WithMany().HasForeignKey(i => i.OrgId);
            e.HasOne<User>().WithMany().HasForeignKey(i => i.UserId);
            e.HasOne<User>().WithMany().HasForeignKey(i => i.OwnerId).OnDelete(DeleteBehavior.SetNull);
        });
        modelBuilder.Entity<IntegrationDay>(e =>
        {
            e.HasKey(d => new { d.IntegrationId, d.Day, d.Way });
            e.HasOne<Integration>().WithMany().HasForeignKey(d => d.IntegrationId);
        });
        modelBuilder.Entity<IntegrationMark>(e => { e.Property(m => m.Id).ValueGeneratedNever(); e.HasData(new IntegrationMark { Id = 1 }); });
        modelBuilder.Entity<IntegrationCount>(e =>
        {
            e.HasKey(c => new { c.OrgId, c.Day, c.Stage });
            e.HasOne<Organization>().WithMany().HasForeignKey(c => c.OrgId);
        });
        modelBuilder.Entity<BrownOut>(e => { e.HasIndex(b => new { b.OrgId, b.StartsAt, b.Id }); e.HasOne<Organization>().WithMany().HasForeignKey(b => b.OrgId); });
    }
}
