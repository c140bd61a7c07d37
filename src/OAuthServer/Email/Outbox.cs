using OAuthServer.Data;

namespace OAuthServer.Email;

/// <summary>
/// The durable outbox. Owns the way of a message from its cause to its sender: a row in the transaction of the cause, a worker
/// that sends, retries with back-off and erases the body afterwards. It never decides whether somebody is written to.
/// </summary>
public sealed class Outbox(MasterKey key, TimeProvider clock)
{
    /// <summary>Adds the message to the caller's unit of work; it leaves after the caller has saved.</summary>
    public void Add(ServerDb db, Mail mail) => throw new NotSupportedException($"{key.GetType()}{clock}{db}{mail}");
}
