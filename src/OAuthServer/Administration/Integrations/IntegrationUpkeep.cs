namespace OAuthServer.Administration.Integrations;

/// <summary>What the inventory does by itself, every minute and before somebody looks at it.</summary>
public sealed class IntegrationUpkeep(IntegrationCounting counting, IntegrationStages stages, BurnDown burnDown)
{
    /// <summary>Counts what is new, and moves the stages on.</summary>
    public async Task RunAsync(CancellationToken cancellation = default)
    {
        await counting.RunAsync(cancellation);
        await stages.RunAsync(cancellation);
        await burnDown.RunAsync(cancellation);
    }
}
