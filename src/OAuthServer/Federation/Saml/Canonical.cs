using System.Security.Cryptography.Xml;
using System.Xml;

namespace OAuthServer.Federation.Saml;

/// <summary>The canonical octets of an element: what a signature's digest is made of, and the only thing that is read afterwards.</summary>
static class Canonical
{
    internal const string NamespaceDeclarations = "http://www.w3.org/2000/xmlns/";
    const string XmlNamespace = "http://www.w3.org/XML/1998/namespace";

    /// <summary>A canonicalization method as a signature names it.</summary>
    /// <param name="Exclusive">Exclusive XML canonicalization 1.0; otherwise canonical XML 1.0, which only an absent transform means.</param>
    /// <param name="Comments">Whether comments are kept.</param>
    /// <param name="Prefixes">InclusiveNamespaces PrefixList.</param>
    internal sealed record Method(bool Exclusive, bool Comments, string? Prefixes)
    {
        /// <summary>What XML Signature section 4.4.3.2 says where no transform canonicalizes.</summary>
        internal static readonly Method Default = new(Exclusive: false, Comments: false, null);

        /// <summary>
        /// The method that a CanonicalizationMethod or Transform element names, if it is exclusive canonicalization. With or without
        /// comments makes no difference to what is read: messages with comments are refused, and in metadata texts with comments are.
        /// </summary>
        internal static Method? Of(XmlElement element)
        {
            if (element.Attribute("Algorithm") is not (SamlNames.ExclusiveCanonicalization or SamlNames.ExclusiveCanonicalization + "WithComments"))
                return null;
            var comments = element.Attribute("Algorithm") != SamlNames.ExclusiveCanonicalization;
            return element.Elements().ToList() switch
            {
                [] => new(Exclusive: true, comments, null),
                [var list] when list.Is(SamlNames.ExclusiveCanonicalization, "InclusiveNamespaces") && list.Attribute("PrefixList") is { Length: <= 1024 } prefixes =>
                    new(Exclusive: true, comments, prefixes),
                _ => null,
            };
        }
    }

    /// <summary>The octets of the element as it stands in its document, without one of its children (the enveloped signature).</summary>
    internal static byte[] Octets(XmlElement element, XmlElement? without, Method method)
    {
        var alone = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        var root = (XmlElement)alone.AppendChild(alone.ImportNode(element, deep: true))!;
        if (without is not null)
            root.RemoveChild(root.ChildNodes[element.ChildNodes.Cast<XmlNode>().TakeWhile(node => node != without).Count()]!);
        Inherit(element, root, method.Exclusive);
        Transform transform = method.Exclusive
            ? new XmlDsigExcC14NTransform(method.Comments, method.Prefixes) { Resolver = null }
            : new XmlDsigC14NTransform(method.Comments) { Resolver = null };
        transform.LoadInput(alone);
        using var octets = new MemoryStream();
        ((Stream)transform.GetOutput(typeof(Stream))).CopyTo(octets);
        return octets.ToArray();
    }

    /// <summary>What the ancestors declare, nearest first: namespaces, and the xml: attributes, which only the inclusive method takes over.</summary>
    static void Inherit(XmlElement element, XmlElement root, bool exclusive)
    {
        for (var ancestor = element.ParentNode as XmlElement; ancestor is not null; ancestor = ancestor.ParentNode as XmlElement)
        {
            foreach (var attribute in ancestor.Attributes.Cast<XmlAttribute>())
            {
                if ((attribute.NamespaceURI == NamespaceDeclarations || (attribute.NamespaceURI == XmlNamespace && !exclusive)) && !root.HasAttribute(attribute.Name))
                    root.SetAttributeNode((XmlAttribute)root.OwnerDocument.ImportNode(attribute, deep: true));
            }
        }
    }
}
