using OAuthServer.Accounts;
using OAuthServer.Administration.Integrations;
using OAuthServer.Administration.Policies;
using OAuthServer.Administration.Server;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Federation.Saml;
using OAuthServer.Login;
using OAuthServer.Tokens;

namespace OAuthServer.Hosting;

/// <summary>
/// What must happen without a request: watching the change stamp every second, changes on trial and brown-outs that are still to be stopped every three, sessions that have run out, providers' metadata and
/// the inventory of integrations every minute, keys every five minutes, certificates every ten, old rows every hour.
/// </summary>
sealed class Upkeep(
    ChangeWatch changes, EndedSessions ended, SigningKeyRing keys, CertificateWatch certificates, SamlMetadataFetching metadata, IntegrationUpkeep integrations, Purge purge, Trials trials, Rescue rescue, BrownOutStops brownOuts,
    LimitOptions limits, ILogger<Upkeep> log) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        EveryAsync(TimeSpan.FromSeconds(1), _ => changes.RefreshAsync(), stoppingToken),
        EveryAsync(TimeSpan.FromSeconds(3), trials.RevertDueAsync, stoppingToken),
        EveryAsync(TimeSpan.FromSeconds(3), brownOuts.RetryAsync, stoppingToken),
        EveryAsync(TimeSpan.FromMinutes(1), ended.RunAsync, stoppingToken),
        EveryAsync(TimeSpan.FromMinutes(1), metadata.RunAsync, stoppingToken),
        EveryAsync(TimeSpan.FromMinutes(1), integrations.RunAsync, stoppingToken),
        EveryAsync(TimeSpan.FromMinutes(5), keys.RotateAsync, stoppingToken),
        EveryAsync(TimeSpan.FromMinutes(10), certificates.WarnAsync, stoppingToken),
        EveryAsync(TimeSpan.FromHours(1), cancellation => purge.RunAsync(TimeSpan.FromDays(limits.HistoryDays), cancellation), stoppingToken),
        EveryAsync(TimeSpan.FromHours(1), cancellation => purge.ForgetChangesAsync(TimeSpan.FromDays(limits.AuditDays), cancellation), stoppingToken),
        EveryAsync(TimeSpan.FromMinutes(5), rescue.EndAsync, stoppingToken));

    async Task EveryAsync(TimeSpan period, Func<CancellationToken, Task> work, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(period);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                try
                {
                    await work(stopping);
                }
                catch (Exception problem) when (problem is not OperationCanceledException)
                {
                    log.LogWarning("Upkeep will be tried again: {Kind}: {Message}", problem.GetType().Name, problem.Message);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // stopping
        }
    }
}
