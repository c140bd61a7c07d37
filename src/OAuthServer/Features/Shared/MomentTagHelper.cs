using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;
using Microsoft.Extensions.Localization;
using OAuthServer.Login;

namespace OAuthServer.Features.Shared;

/// <summary><c>&lt;moment at="..." /&gt;</c>: an instant in the person's own time zone and language, with the exact one for programs.</summary>
[HtmlTargetElement("moment", Attributes = "at", TagStructure = TagStructure.WithoutEndTag)]
public sealed class MomentTagHelper(IStringLocalizer<SharedTexts> texts) : TagHelper
{
    /// <summary>The instant.</summary>
    public required DateTimeOffset At { get; set; }

    /// <summary>The day is enough.</summary>
    public bool Day { get; set; }

    /// <summary>The view it stands in.</summary>
    [ViewContext, HtmlAttributeNotBound]
    public required ViewContext ViewContext { get; set; }

    /// <inheritdoc />
    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagName = "time";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("datetime", At.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        output.Content.SetContent(Of(At, ViewContext.HttpContext.Features.GetRequiredFeature<SignedInBrowser>().User.TimeZone, texts, Day));
    }

    /// <summary>The same as a text.</summary>
    internal static string Of(DateTimeOffset at, string timeZone, IStringLocalizer<SharedTexts> texts, bool day)
    {
        var local = TimeZoneInfo.ConvertTime(at, TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out var zone) ? zone : TimeZoneInfo.Utc);
        return local.ToString(texts[day ? "DayFormat" : "MomentFormat"], CultureInfo.CurrentCulture);
    }
}
