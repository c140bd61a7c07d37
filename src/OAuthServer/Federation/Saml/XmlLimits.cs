namespace OAuthServer.Federation.Saml;

/// <summary>How large a document may be before it is refused unread.</summary>
/// <param name="Bytes">Of the document as it came, before anything is parsed.</param>
/// <param name="Depth">Elements within elements. Later stages recurse, so this also keeps the stack.</param>
/// <param name="Elements">In all.</param>
/// <param name="Comments">Whether comments and processing instructions may stand inside the document element.</param>
sealed record XmlLimits(int Bytes, int Depth, int Elements, bool Comments)
{
    /// <summary>Attributes of one element, namespace declarations among them.</summary>
    internal const int Attributes = 100;

    /// <summary>
    /// Characters of a namespace's name. Canonicalization repeats the name at each element that uses it, so that a long one would
    /// make a document grow by its length times the number of its elements.
    /// </summary>
    internal const int NamespaceName = 256;

    /// <summary>
    /// A message: no honest response has been seen with more than a tenth of this. No provider writes comments into messages, and
    /// readers disagree about where a text with a comment in it ends (CVE-2017-11427 and its kin), so they are refused.
    /// </summary>
    internal static readonly XmlLimits Message = new(192 * 1024, 32, 5_000, Comments: false);

    /// <summary>Metadata of one provider or a small federation; people write comments into these.</summary>
    internal static readonly XmlLimits Metadata = new(2 * 1024 * 1024, 32, 50_000, Comments: true);

    /// <summary>What was canonicalized out of a document within limits may be longer, but not deeper.</summary>
    internal XmlLimits Canonical => this with { Bytes = int.MaxValue };
}
