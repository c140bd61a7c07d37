using OAuthServer.Data;

namespace OAuthServer.Configuration;

/// <summary>Stands over an apply from the beginning of its transaction to the commit: for what the files cannot say of themselves.</summary>
public interface IApplyGuard
{
    /// <summary>Called first in the transaction, before anything is read: takes the locks that the change needs.</summary>
    Task BeginAsync(ServerDb db);

    /// <summary>Called when everything is saved and nothing committed.</summary>
    /// <exception cref="InvalidOperationException">It must not be: nothing is changed.</exception>
    Task CheckAsync(ServerDb db);
}
