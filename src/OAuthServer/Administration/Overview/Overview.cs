namespace OAuthServer.Administration.Overview;

/// <summary>Sign-ins of one hour.</summary>
/// <param name="At">The beginning of the hour.</param>
/// <param name="Allowed">Let in.</param>
/// <param name="Challenged">Asked for one thing more.</param>
/// <param name="Refused">Not let in.</param>
public sealed record HourOfSignIns(DateTimeOffset At, int Allowed, int Challenged, int Refused);

/// <summary>Something that ends, and that somebody should look after before it does.</summary>
/// <param name="Kind"><c>certificate</c> or <c>secret</c>.</param>
/// <param name="Name">What ends.</param>
/// <param name="Owner">Whose it is: a provider's name, a client identifier.</param>
/// <param name="At">When.</param>
public sealed record Ending(string Kind, string Name, string Owner, DateTimeOffset At);

/// <summary>A change that goes back by itself unless somebody confirms it.</summary>
/// <param name="Id">Of the trial.</param>
/// <param name="Kind"><c>profile</c>, <c>networks</c> or <c>organization</c>.</param>
/// <param name="SavedBy">Who made it.</param>
/// <param name="RevertsAt">When it goes back.</param>
public sealed record PendingTrial(string Id, string Kind, string SavedBy, DateTimeOffset RevertsAt);

/// <summary>What an administrator should know first.</summary>
/// <param name="Hours">The last 24, oldest first, those without sign-ins too.</param>
/// <param name="PasswordIntegrations">Ways in that still use a password, and are not closed.</param>
/// <param name="SafeToClose">Of these, those whose new way is proven.</param>
/// <param name="Closed">Ways in that were closed.</param>
/// <param name="ActivePeople">Accounts that may sign in.</param>
/// <param name="Endings">What ends within 30 days, soonest first.</param>
/// <param name="Trials">Changes on a timer.</param>
/// <param name="UnsentMails">Mails that have been tried and not sent.</param>
public sealed record OverviewSight(
    IReadOnlyList<HourOfSignIns> Hours, int PasswordIntegrations, int SafeToClose, int Closed, int ActivePeople, IReadOnlyList<Ending> Endings, IReadOnlyList<PendingTrial> Trials,
    int UnsentMails);

/// <summary>What to find.</summary>
/// <param name="Q">The beginning of a name, or a reference.</param>
public sealed record FindText(string Q);

/// <summary>Something that was found.</summary>
/// <param name="Kind"><c>sign-in</c>, <c>user</c>, <c>integration</c>, <c>app</c>, <c>profile</c>, <c>network</c> or <c>provider</c>.</param>
/// <param name="Name">What it is called.</param>
/// <param name="About">What else tells it apart.</param>
/// <param name="Page">The page that shows it.</param>
public sealed record Found(string Kind, string Name, string? About, string Page);
