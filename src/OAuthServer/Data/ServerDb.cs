using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace OAuthServer.Data;

/// <summary>
/// The tables and nothing else. Times are stored as milliseconds since 1970 on both databases, so that one text of SQL
/// serves both; names are snake_case for the same reason. Saving a change of policy raises the <see cref="ChangeStamp"/>
/// in the same transaction, which is what invalidates every cache on every node.
/// </summary>
public abstract partial class ServerDb(DbContextOptions options) : DbContext(options)
{
    public DbSet<Organization> Organizations => Set<Organization>();

    public DbSet<OrganizationLogo> OrganizationLogos => Set<OrganizationLogo>();

    public DbSet<TrustedNetwork> TrustedNetworks => Set<TrustedNetwork>();

    public DbSet<Profile> Profiles => Set<Profile>();

    public DbSet<ProfileVersion> ProfileVersions => Set<ProfileVersion>();

    public DbSet<ProfileUse> ProfileUses => Set<ProfileUse>();

    public DbSet<User> Users => Set<User>();

    public DbSet<PastPassword> PastPasswords => Set<PastPassword>();

    public DbSet<SecurityToken> SecurityTokens => Set<SecurityToken>();

    public DbSet<Authenticator> Authenticators => Set<Authenticator>();

    public DbSet<RecoveryCode> RecoveryCodes => Set<RecoveryCode>();

    public DbSet<ConnectedApp> ConnectedApps => Set<ConnectedApp>();

    public DbSet<AppSecret> AppSecrets => Set<AppSecret>();

    public DbSet<UsedAssertion> UsedAssertions => Set<UsedAssertion>();

    public DbSet<IdentityProvider> IdentityProviders => Set<IdentityProvider>();

    public DbSet<ProviderDomain> ProviderDomains => Set<ProviderDomain>();

    public DbSet<ProviderMetadata> ProviderMetadata => Set<ProviderMetadata>();

    public DbSet<FederatedIdentity> FederatedIdentities => Set<FederatedIdentity>();

    public DbSet<SsoRequest> SsoRequests => Set<SsoRequest>();

    public DbSet<ServiceProviderKey> ServiceProviderKeys => Set<ServiceProviderKey>();

    public DbSet<CertificateWarning> CertificateWarnings => Set<CertificateWarning>();

    public DbSet<Grant> Grants => Set<Grant>();

    public DbSet<BrowserSession> BrowserSessions => Set<BrowserSession>();

    public DbSet<PendingSignIn> PendingSignIns => Set<PendingSignIn>();

    public DbSet<KnownDevice> KnownDevices => Set<KnownDevice>();

    public DbSet<MailedLink> MailedLinks => Set<MailedLink>();

    public DbSet<Passkey> Passkeys => Set<Passkey>();

    public DbSet<PasskeyRegistration> PasskeyRegistrations => Set<PasskeyRegistration>();

    public DbSet<AuthorizationRequest> AuthorizationRequests => Set<AuthorizationRequest>();

    public DbSet<AuthorizationCode> AuthorizationCodes => Set<AuthorizationCode>();

    public DbSet<DeviceAuthorization> DeviceAuthorizations => Set<DeviceAuthorization>();

    public DbSet<Consent> Consents => Set<Consent>();

    public DbSet<LogoutNotice> LogoutNotices => Set<LogoutNotice>();

    public DbSet<AccessToken> AccessTokens => Set<AccessToken>();

    public DbSet<RevokedToken> RevokedTokens => Set<RevokedToken>();

    public DbSet<SigningKey> SigningKeys => Set<SigningKey>();

    public DbSet<LoginRecord> LoginRecords => Set<LoginRecord>();

    public DbSet<OutboxMessage> OutboxMessages => Set<OutboxMessage>();

    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    public DbSet<ChangeStamp> ChangeStamps => Set<ChangeStamp>();

    public override int SaveChanges(bool acceptAllChangesOnSuccess) =>
        throw new NotSupportedException("Saving is asynchronous here: the stamp is raised in the same transaction.");

    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        ChangeTracker.DetectChanges();
        await WriteAuditAsync(cancellationToken);
        if (!ChangeTracker.Entries().Any(ChangesPolicy))
            return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);

        // A caller's own transaction, where there is one, carries the stamp too.
        var own = Database.CurrentTransaction is null ? await Database.BeginTransactionAsync(cancellationToken) : null;
        await using (own)
        {
            await ChangeStamps.ExecuteUpdateAsync(set => set.SetProperty(stamp => stamp.Version, stamp => stamp.Version + 1), cancellationToken);
            var saved = await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
            if (own is not null)
                await own.CommitAsync(cancellationToken);
            return saved;
        }
    }

    static bool ChangesPolicy(EntityEntry entry) => entry.State is EntityState.Added or EntityState.Modified or EntityState.Deleted
        && entry.Entity switch
        {
            Organization or TrustedNetwork or Profile or ProfileVersion or ConnectedApp or AppSecret or SigningKey
                or IdentityProvider or ProviderDomain or ServiceProviderKey or BrownOut => true,
            Integration => entry.State == EntityState.Deleted || entry.Properties.Any(IsOfOldWay),
            // A fetch that found nothing new is no change of policy.
            Data.ProviderMetadata => entry.State != EntityState.Modified || entry.Property(nameof(Data.ProviderMetadata.Document)).IsModified,
            User => entry.State != EntityState.Added && (entry.State == EntityState.Deleted || entry.Properties.Any(IsStanding)),
            _ => false,
        };

    static bool IsStanding(PropertyEntry property) => property.IsModified
        && property.Metadata.Name is nameof(User.Status) or nameof(User.ProfileId) or nameof(User.IsBreakGlass) or nameof(User.Username);

    static bool IsOfOldWay(PropertyEntry property) => property.IsModified
        && property.Metadata.Name is nameof(Integration.Stage) or nameof(Integration.IsProtected);

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<MillisecondsConverter>();
        configurationBuilder.Properties<Enum>().HaveConversion<string>();
        configurationBuilder.Properties<Policy.Proof>().HaveConversion<int>();
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Organization>(e => { e.HasIndex(org => org.Name).IsUnique(); e.HasIndex(org => org.Alias).IsUnique(); });
        modelBuilder.Entity<OrganizationLogo>(e => { e.HasKey(logo => logo.OrgId); e.HasOne<Organization>().WithOne().HasForeignKey<OrganizationLogo>(logo => logo.OrgId); });
        modelBuilder.Entity<TrustedNetwork>(e => { e.HasOne<Organization>().WithMany().HasForeignKey(n => n.OrgId); });
        modelBuilder.Entity<Profile>(e =>
        {
            e.HasIndex(p => new { p.OrgId, p.Name }).IsUnique();
            e.HasOne<Organization>().WithMany().HasForeignKey(p => p.OrgId);
        });
        modelBuilder.Entity<ProfileVersion>(e =>
        {
            e.HasKey(v => new { v.ProfileId, v.Version });
            e.HasOne<Profile>().WithMany().HasForeignKey(v => v.ProfileId);
        });
        modelBuilder.Entity<ProfileUse>(e => { e.HasKey(u => u.ProfileId); e.HasOne<Profile>().WithOne().HasForeignKey<ProfileUse>(u => u.ProfileId); });
        modelBuilder.Entity<User>(e =>
        {
            e.HasIndex(u => u.NormalizedUsername).IsUnique();
            e.HasIndex(u => new { u.OrgId, u.NormalizedUsername });
            e.HasIndex(u => new { u.OrgId, u.Status });
            e.HasOne<Organization>().WithMany().HasForeignKey(u => u.OrgId);
            e.HasOne<Profile>().WithMany().HasForeignKey(u => u.ProfileId).OnDelete(DeleteBehavior.Restrict);
        });
        modelBuilder.Entity<PastPassword>().HasOne<User>().WithMany().HasForeignKey(p => p.UserId);
        modelBuilder.Entity<SecurityToken>().HasOne<User>().WithMany().HasForeignKey(t => t.UserId);
        modelBuilder.Entity<Authenticator>().HasOne<User>().WithMany().HasForeignKey(a => a.UserId);
        modelBuilder.Entity<RecoveryCode>().HasOne<User>().WithMany().HasForeignKey(c => c.UserId);
        modelBuilder.Entity<ConnectedApp>(e =>
        {
            e.HasIndex(a => a.ClientId).IsUnique();
            e.HasOne<Organization>().WithMany().HasForeignKey(a => a.OrgId).OnDelete(DeleteBehavior.Cascade);
            e.HasOne<User>().WithMany().HasForeignKey(a => a.RunAsUserId).OnDelete(DeleteBehavior.SetNull);
        });
        modelBuilder.Entity<AppSecret>().HasOne<ConnectedApp>().WithMany().HasForeignKey(s => s.AppId);
        modelBuilder.Entity<UsedAssertion>(e => { e.HasKey(a => a.Id); e.HasIndex(a => a.ExpiresAt); });
        modelBuilder.Entity<Grant>(e =>
        {
            e.HasOne<User>().WithMany().HasForeignKey(g => g.UserId);
            e.HasOne<ConnectedApp>().WithMany().HasForeignKey(g => g.AppId);
            e.HasIndex(g => new { g.AppId, g.UserId });
            e.HasIndex(g => g.SessionId);
        });
        modelBuilder.Entity<IdentityProvider>(e =>
        {
            e.HasIndex(p => new { p.OrgId, p.Name }).IsUnique();
            e.HasOne<Organization>().WithMany().HasForeignKey(p => p.OrgId);
        });
        modelBuilder.Entity<ProviderDomain>(e => { e.HasKey(d => d.Domain); e.HasOne<IdentityProvider>().WithMany().HasForeignKey(d => d.ProviderId); });
        modelBuilder.Entity<ProviderMetadata>(e => { e.HasKey(m => m.ProviderId); e.HasOne<IdentityProvider>().WithOne().HasForeignKey<ProviderMetadata>(m => m.ProviderId); });
        modelBuilder.Entity<FederatedIdentity>(e =>
        {
            e.HasIndex(i => new { i.ProviderId, i.Subject, i.Format }).IsUnique();
            e.HasOne<IdentityProvider>().WithMany().HasForeignKey(i => i.ProviderId);
            e.HasOne<User>().WithMany().HasForeignKey(i => i.UserId);
        });
        modelBuilder.Entity<SsoRequest>(e => { e.HasIndex(r => r.ExpiresAt); e.HasOne<IdentityProvider>().WithMany().HasForeignKey(r => r.ProviderId); });
        modelBuilder.Entity<CertificateWarning>(e =>
        {
            e.HasKey(w => new { w.ProviderId, w.Thumbprint, w.Days });
            e.HasOne<IdentityProvider>().WithMany().HasForeignKey(w => w.ProviderId);
        });
        modelBuilder.Entity<BrowserSession>(e =>
        {
            e.HasIndex(s => s.Hash).IsUnique();
            e.HasIndex(s => new { s.ProviderId, s.ProviderSubject });
            e.HasIndex(s => new { s.AppsToldAt, s.EndedAt });
            e.HasOne<User>().WithMany().HasForeignKey(s => s.UserId);
        });
        modelBuilder.Entity<PendingSignIn>(e => { e.HasKey(p => p.Hash); e.HasIndex(p => p.ExpiresAt); });
        modelBuilder.Entity<KnownDevice>(e => { e.HasKey(d => d.Hash); e.HasOne<User>().WithMany().HasForeignKey(d => d.UserId); });
        modelBuilder.Entity<MailedLink>(e => { e.HasKey(l => l.Hash); e.HasOne<User>().WithMany().HasForeignKey(l => l.UserId); });
        modelBuilder.Entity<Passkey>().HasOne<User>().WithMany().HasForeignKey(p => p.UserId);
        modelBuilder.Entity<PasskeyRegistration>(e => { e.HasIndex(r => r.ExpiresAt); e.HasOne<User>().WithMany().HasForeignKey(r => r.UserId); });
        modelBuilder.Entity<AuthorizationRequest>(e =>
        {
            e.HasIndex(r => r.ExpiresAt);
            e.HasOne<ConnectedApp>().WithMany().HasForeignKey(r => r.AppId);
        });
        modelBuilder.Entity<AuthorizationCode>(e =>
        {
            e.HasKey(c => c.Hash);
            e.HasIndex(c => c.ExpiresAt);
            e.HasOne<ConnectedApp>().WithMany().HasForeignKey(c => c.AppId);
            e.HasOne<User>().WithMany().HasForeignKey(c => c.UserId);
        });
        modelBuilder.Entity<DeviceAuthorization>(e =>
        {
            e.HasKey(d => d.Hash);
            e.HasIndex(d => d.UserCodeHash).IsUnique();
            e.HasIndex(d => d.ExpiresAt);
            e.HasOne<ConnectedApp>().WithMany().HasForeignKey(d => d.AppId);
        });
        modelBuilder.Entity<Consent>(e =>
        {
            e.HasKey(c => new { c.UserId, c.AppId });
            e.HasOne<User>().WithMany().HasForeignKey(c => c.UserId);
            e.HasOne<ConnectedApp>().WithMany().HasForeignKey(c => c.AppId);
        });
        modelBuilder.Entity<LogoutNotice>(e =>
        {
            e.HasIndex(n => new { n.SentAt, n.NextAttemptAt });
            e.HasOne<ConnectedApp>().WithMany().HasForeignKey(n => n.AppId);
        });
        modelBuilder.Entity<AccessToken>(e =>
        {
            e.HasKey(t => t.Hash);
            e.HasIndex(t => t.ExpiresAt);
            e.HasOne<Grant>().WithMany().HasForeignKey(t => t.GrantId);
        });
        modelBuilder.Entity<RevokedToken>(e => { e.HasKey(t => t.Jti); e.HasIndex(t => t.ExpiresAt); });
        modelBuilder.Entity<SigningKey>().HasKey(k => k.Kid);
        // No foreign keys: a record outlives what it speaks of, and an insert on the hot path checks nothing.
        modelBuilder.Entity<LoginRecord>(ConfigureRecords);
        // No foreign key: mail on its way outlives whom it is about.
        modelBuilder.Entity<OutboxMessage>(e =>
        {
            e.HasIndex(m => new { m.SentAt, m.NextAttemptAt });
            e.HasIndex(m => new { m.OrgId, m.CreatedAt, m.Id }).HasFilter("sent_at IS NULL");
        });
        modelBuilder.Entity<DataProtectionKey>().HasKey(k => k.Name);
        modelBuilder.Entity<ChangeStamp>(e =>
        {
            e.Property(s => s.Id).ValueGeneratedNever();
            e.HasData(new ChangeStamp { Id = 1, Version = 1 });
        });
        ConfigureSetup(modelBuilder);
        NameInSnakeCase(modelBuilder.Model);
    }

    static void NameInSnakeCase(IMutableModel model)
    {
        foreach (var entity in model.GetEntityTypes())
        {
            entity.SetTableName(SnakeCase(entity.GetTableName()!));
            foreach (var property in entity.GetProperties())
                property.SetColumnName(SnakeCase(property.Name));
        }
    }

    static string SnakeCase(string name)
    {
        var text = new StringBuilder(name.Length + 8);
        foreach (var c in name)
        {
            if (char.IsUpper(c) && text.Length > 0)
                text.Append('_');
            text.Append(char.ToLower(c, CultureInfo.InvariantCulture));
        }
        return text.ToString();
    }
}
