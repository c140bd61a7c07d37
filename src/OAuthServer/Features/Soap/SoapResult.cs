using System.Globalization;
using System.Xml;
using OAuthServer.Features.Shared;

namespace OAuthServer.Features.Soap;

/// <summary>Writes what a response holds, one element after the other: in the API's namespace, without prefix, and without attribute but that of null.</summary>
sealed class SoapResult(XmlWriter xml, string apiNamespace)
{
    /// <summary>An element with this text.</summary>
    internal SoapResult Add(string name, string value)
    {
        xml.WriteElementString(name, apiNamespace, SalesforceAnswer.WithinXml(value));
        return this;
    }

    internal SoapResult Add(string name, bool value) => Add(name, value ? "true" : "false");

    internal SoapResult Add(string name, long value) => Add(name, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>An element that is null.</summary>
    internal SoapResult Null(string name)
    {
        xml.WriteStartElement(name, apiNamespace);
        xml.WriteAttributeString("nil", SoapAnswer.Xsi, "true");
        xml.WriteEndElement();
        return this;
    }

    /// <summary>An element of elements.</summary>
    internal SoapResult Add(string name, Action<SoapResult> contents)
    {
        xml.WriteStartElement(name, apiNamespace);
        contents(this);
        xml.WriteEndElement();
        return this;
    }

    /// <summary>An element with nothing in it.</summary>
    internal SoapResult Empty(string name) => Add(name, static _ => { });
}
