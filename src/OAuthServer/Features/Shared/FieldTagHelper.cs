using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace OAuthServer.Features.Shared;

/// <summary>
/// A labelled field with its hint and its error, tied together for those who do not see them (WCAG 2.2, 1.3.1 and 3.3.1):
/// <c>&lt;field for="Username" label="@Texts["Username"]" autocomplete="username" required /&gt;</c>. Attributes it does not know go to the
/// input. A password and a code are never written back into the page.
/// </summary>
[HtmlTargetElement("field", Attributes = "for,label", TagStructure = TagStructure.WithoutEndTag)]
public sealed class FieldTagHelper : TagHelper
{
    static readonly string[] WrittenBack = ["text", "email", "search", "tel", "url", "number"];

    /// <summary>The member of the page's model.</summary>
    public required ModelExpression For { get; set; }

    /// <summary>What the field is, above it.</summary>
    public required string Label { get; set; }

    /// <summary>What helps to fill it in, between label and input.</summary>
    public string? Hint { get; set; }

    /// <summary>As in HTML; <c>code</c> is a text of digits that is typed from elsewhere.</summary>
    public string Type { get; set; } = "text";

    /// <summary>The view it stands in.</summary>
    [ViewContext, HtmlAttributeNotBound]
    public required ViewContext ViewContext { get; set; }

    /// <inheritdoc />
    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        var id = TagBuilder.CreateSanitizedId(For.Name, "-");
        var error = ViewContext.ModelState.TryGetValue(For.Name, out var entry) && entry.ValidationState == ModelValidationState.Invalid
            ? entry.Errors[0].ErrorMessage : null;
        var input = Input(id, error, output.Attributes);
        output.Attributes.Clear();
        output.TagName = "div";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("class", error is null ? "field" : "field invalid");
        output.Content.AppendHtml(Text("label", Label, "for", id));
        if (Hint is not null)
            output.Content.AppendHtml(Text("p", Hint, "id", id + "-hint", "hint"));
        output.Content.AppendHtml(input);
        if (error is not null)
            output.Content.AppendHtml(Text("p", error, "id", id + "-error", "error"));
    }

    TagBuilder Input(string id, string? error, TagHelperAttributeList more)
    {
        var input = new TagBuilder("input") { TagRenderMode = TagRenderMode.StartTag };
        foreach (var attribute in more)
            input.MergeAttribute(attribute.Name, attribute.Value?.ToString() ?? "");
        input.MergeAttribute("id", id, replaceExisting: true);
        input.MergeAttribute("name", For.Name, replaceExisting: true);
        input.MergeAttribute("type", Type == "code" ? "text" : Type);
        if (Type == "code")
        {
            input.AddCssClass("code");
            input.MergeAttribute("inputmode", "numeric");
            input.MergeAttribute("autocapitalize", "off");
            input.MergeAttribute("spellcheck", "false");
        }
        if (WrittenBack.Contains(Type, StringComparer.Ordinal) && (ViewContext.ModelState.TryGetValue(For.Name, out var entry) ? entry.AttemptedValue : null) is var typed
            && (typed ?? For.Model?.ToString()) is { } value)
            input.MergeAttribute("value", value);
        string[] described = [.. Hint is null ? [] : new[] { id + "-hint" }, .. error is null ? [] : new[] { id + "-error" }];
        if (described.Length > 0)
            input.MergeAttribute("aria-describedby", string.Join(' ', described));
        if (error is not null)
            input.MergeAttribute("aria-invalid", "true");
        return input;
    }

    static TagBuilder Text(string tag, string text, string attribute, string value, string? cssClass = null)
    {
        var element = new TagBuilder(tag);
        element.MergeAttribute(attribute, value);
        if (cssClass is not null)
            element.AddCssClass(cssClass);
        element.InnerHtml.Append(text);
        return element;
    }
}
