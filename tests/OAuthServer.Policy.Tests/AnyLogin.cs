using System.Net;
using FsCheck;
using FsCheck.Fluent;
using OAuthServer.Policy.Hours;
using OAuthServer.Policy.Lockout;
using OAuthServer.Policy.Networks;

namespace OAuthServer.Policy.Tests;

/// <summary>Logins of every kind, likely and unlikely. Small sets of values, so that they meet.</summary>
static class AnyLogin
{
    static readonly IPAddress?[] Addresses =
        [null, Logins.Outside, Logins.InOffice, Logins.InRange, IPAddress.Parse("::ffff:198.51.100.7"), IPAddress.Parse("2001:db8::1")];

    static readonly NetworkList[] Lists =
    [
        NetworkList.Empty,
        Logins.Office,
        Logins.Range,
        Logins.Networks("2001:db8::/32"),
        new([.. Logins.Office.Ranges, .. Logins.Range.Ranges]),
    ];

    static readonly LoginHours[] Hours =
    [
        LoginHours.Always,
        LoginHours.Always,
        new(TimeZoneInfo.Utc, []),
        new(TimeZoneInfo.Utc, [new HoursWindow(DayOfWeek.Wednesday, 0, 18 * 60)]),
    ];

    static readonly OldWay?[] OldWays = [null, Logins.Closed, Logins.BrownedOut];

    public static Gen<Evidence> Evidence { get; } =
        from presented in Proofs
        from proven in Proofs
        from flaw in Mostly(CredentialFlaw.None, Enum.GetValues<CredentialFlaw>())
        select new Evidence(presented | proven, proven, flaw);

    public static Gen<LoginFacts> Facts { get; } =
        from channel in Of(Enum.GetValues<LoginChannel>())
        from minutes in Gen.Choose(-10_000, 10_000)
        from address in Of(Addresses)
        from org in Org
        from profile in Profile
        from user in User
        from app in App
        from device in Of([null, new DeviceFacts(IsKnown: false), new DeviceFacts(IsKnown: true)])
        from evidence in Evidence
        from oldWay in Mostly(null, OldWays)
        select new LoginFacts(channel, Logins.Noon.AddMinutes(minutes), address, org, profile, user, app, device, evidence) { OldWay = oldWay };

    /// <summary>A login that works, with one thing of another login put into it: most of the rules' edges are near there.</summary>
    public static Gen<LoginFacts> NearlyWorking { get; } =
        from good in Of(Enum.GetValues<LoginChannel>()).Select(Logins.On)
        from other in Facts
        from part in Gen.Choose(0, 7)
        select part switch
        {
            0 => good with { From = other.From },
            1 => good with { Org = other.Org },
            2 => good with { Profile = other.Profile },
            3 => good with { User = other.User },
            4 => good with { App = other.App },
            5 => good with { Device = other.Device },
            6 => good with { OldWay = other.OldWay },
            _ => good with { Evidence = other.Evidence },
        };

    public static Gen<LoginFacts> OfEitherKind { get; } = Gen.OneOf(Facts, NearlyWorking);

    static Gen<bool> Coin => Of([true, false]);

    static Gen<Proof> Proofs => Gen.Choose(0, (int)Proof.SsoSecondFactor << 1).Select(bits => (Proof)(bits & ~((int)Proof.SsoSecondFactor << 1)));

    static Gen<IReadOnlySet<LoginChannel>> Channels =>
        Of([Logins.Everywhere, Logins.Everywhere, new HashSet<LoginChannel> { LoginChannel.Browser, LoginChannel.RefreshToken }]);

    static Gen<OrgFacts> Org =>
        from status in Mostly(OrgStatus.Open, Enum.GetValues<OrgStatus>())
        from grant in Coin
        from soap in Coin
        from trusted in Of(Lists)
        select new OrgFacts("org", status, grant, soap, trusted);

    static Gen<ProfileFacts> Profile =>
        from ranges in Mostly(NetworkList.Empty, Lists)
        from hours in Of(Hours)
        from doors in Channels
        from sso in Of(Enum.GetValues<SsoMode>())
        from mode in Of(Enum.GetValues<BrowserSecondFactor>())
        from api in Of(Enum.GetValues<ApiSecondFactor>())
        from kinds in Proofs
        from flags in Gen.Choose(0, 31)
        select new ProfileFacts
        {
            Id = "p",
            Version = 1,
            Name = "Any",
            Doors = doors,
            LoginRanges = ranges,
            Hours = hours,
            Sso = sso,
            BrowserSecondFactor = mode,
            ApiSecondFactor = api,
            SecondFactorKinds = kinds,
            ApiOnly = (flags & 1) != 0,
            SecurityTokenOffTrustedNetworks = (flags & 2) != 0,
            EnrolmentForced = (flags & 4) != 0,
            ApiEnabled = (flags & 8) == 0,
            PasswordNeverExpires = (flags & 16) != 0,
        };

    static Gen<UserFacts> User =>
        from status in Mostly(UserStatus.Active, Enum.GetValues<UserStatus>())
        from failures in Of([0, 0, 9, 10])
        from age in Of<int?>([null, 1, 89, 100])
        from enrolled in Of([Proof.None, Proof.Totp, Proof.Passkey, Proof.Totp | Proof.Passkey])
        from flags in Gen.Choose(0, 7)
        select new UserFacts
        {
            Id = "u",
            Status = status,
            Lockout = new LockoutState(failures, Logins.Noon),
            PasswordChangedAt = age is { } days ? Logins.Noon.AddDays(-days) : null,
            Enrolled = enrolled,
            MustChangePassword = flags == 1,
            IsFirstLogin = (flags & 2) != 0,
            IsBreakGlass = (flags & 4) != 0,
        };

    static Gen<AppFacts?> App =>
        from isThere in Coin
        from isActive in Mostly(true, [true, false])
        from flows in Channels
        from preapproval in Coin
        from preapproved in Coin
        from relaxation in Of(Enum.GetValues<IpRelaxation>())
        select isThere ? new AppFacts("client", isActive, flows, preapproval, preapproved, relaxation) : null;

    static Gen<T> Of<T>(T[] values) => Gen.Elements(values);

    static Gen<T> Mostly<T>(T usual, T[] all) => Gen.Frequency((3, Gen.Constant(usual)), (1, Of(all)));
}
