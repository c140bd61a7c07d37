using System.Threading.Channels;
using OAuthServer.Accounts;
using OAuthServer.Orgs;

namespace OAuthServer.Features.PasswordReset;

/// <summary>
/// Names whose passwords somebody says to have forgotten. They are looked at after the page was answered, one after the other: so the
/// page takes the same time for a name that nobody has. What a restart loses is asked again.
/// </summary>
public sealed class ForgottenPasswords(UserAccounts accounts, OrgDirectory orgs, MailedLinks links, ILogger<ForgottenPasswords> log) : BackgroundService
{
    readonly Channel<string> names = Channel.CreateBounded<string>(new BoundedChannelOptions(1_000) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Takes a name; too many at once are dropped.</summary>
    public void Add(string username) => names.Writer.TryWrite(username);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var name in names.Reader.ReadAllAsync(stoppingToken))
            {
                try
                {
                    await SendAsync(name, stoppingToken);
                }
                catch (Exception problem) when (problem is not OperationCanceledException)
                {
                    log.LogWarning("A forgotten password was not answered by mail: {Kind}", problem.GetType().Name);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // stopping
        }
    }

    async Task SendAsync(string name, CancellationToken stopping)
    {
        if (await accounts.FindByNameAsync(name) is { } user && (await orgs.CurrentAsync()).Rows.Profiles.TryGetValue(user.ProfileId, out var profile))
            await links.SendForgottenAsync(user.Id, profile, stopping);
    }
}
