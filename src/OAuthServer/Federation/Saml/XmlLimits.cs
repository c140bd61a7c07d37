namespace OAuthServer.Federation.Saml;

/// <summary>How large a document may be before it is refused unread.</summary>
/// <param name="Bytes">Of the document as it came, before anything is parsed.</param>
/// <param name="Depth">Elements within elements. Later stages recurse, so this also keeps the stack.</param>
/// <param name="Elements">In all.</param>
/// <param name="Comments">Whether comments and processing instructions may stand inside the document element.</param>
sealed record XmlLimits(int Bytes, int Depth, int Elements, bool Comments)
{
    /// <summary>Attributes of one element, namespace declarations among them.</summary>
    internal const int Attributes = 64;

    /// <summary>
    /// Characters of namespaces' names, counted wherever one is used: exclusive canonicalization may write it there once more, so that a
    /// long name used often would make a small document a huge one before its digest is known to be wrong.
    /// </summary>
    internal int NamespaceUses => 4 * Bytes;

    /// <summary>
    /// A message: no honest response has been seen with more than a tenth of this. No provider writes comments into messages, and
    /// readers disagree about where a text with a comment in it ends (CVE-2017-11427 and its kin), so they are refused.
    /// </summary>
    internal static readonly XmlLimits Message = new(192 * 1024, 32, 5_000, Comments: false);

    /// <summary>Metadata of one provider or a small federation; people write comments into these.</summary>
    internal static readonly XmlLimits Metadata = new(2 * 1024 * 1024, 32, 50_000, Comments: true);

    /// <summary>What was canonicalized out of a document within limits may be longer, but not deeper.</summary>
    internal XmlLimits Canonical => this with { Bytes = int.MaxValue / 4 };
}
