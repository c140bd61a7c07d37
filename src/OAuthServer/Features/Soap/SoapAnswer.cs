using System.Globalization;
using System.Text;
using System.Xml;
using OAuthServer.Features.Shared;

namespace OAuthServer.Features.Soap;

/// <summary>
/// Writes answers as clients read them, some of which do so by regular expressions (Salesforce contract, section 1, no. 21): elements of results
/// have neither prefix nor attribute, elements of faults have the prefix <c>sf</c>.
/// </summary>
static class SoapAnswer
{
    const string Soap11 = "http://schemas.xmlsoap.org/soap/envelope/";
    internal const string Xsi = "http://www.w3.org/2001/XMLSchema-instance";
    const string Xmlns = "http://www.w3.org/2000/xmlns/";

    /// <summary>Answers 200 with the response of an operation.</summary>
    /// <param name="context">The request.</param>
    /// <param name="api">Where it was called.</param>
    /// <param name="operation">What was called.</param>
    /// <param name="contents">Writes what is in the response; null = nothing.</param>
    internal static Task WriteAsync(HttpContext context, SoapApi api, string operation, Action<SoapResult>? contents = null) =>
        SendAsync(context, 200, xml =>
        {
            xml.WriteStartElement("soapenv", "Envelope", Soap11);
            xml.WriteAttributeString("xmlns", Xmlns, api.Namespace);
            xml.WriteAttributeString("xmlns", "xsi", Xmlns, Xsi);
            xml.WriteStartElement("Body", Soap11);
            xml.WriteStartElement(operation + "Response", api.Namespace);
            contents?.Invoke(new(xml, api.Namespace));
        });

    /// <summary>Answers 500 with a fault; no fault comes without one of the WSDL's in its detail.</summary>
    internal static Task FaultAsync(HttpContext context, SoapApi api, SoapFault fault)
    {
        if (fault.Reference is { } reference)
            context.Response.Headers[OAuthAnswer.ReferenceHeader] = reference;
        if (fault.RetryAfterSeconds > 0)
            context.Response.Headers.RetryAfter = fault.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        return SendAsync(context, 500, xml =>
        {
            xml.WriteStartElement("soapenv", "Envelope", Soap11);
            xml.WriteAttributeString("xmlns", "sf", Xmlns, api.FaultNamespace);
            xml.WriteAttributeString("xmlns", "xsi", Xmlns, Xsi);
            xml.WriteStartElement("Body", Soap11);
            xml.WriteStartElement("Fault", Soap11);
            xml.WriteElementString("faultcode", fault.FaultCode);
            xml.WriteElementString("faultstring", SalesforceAnswer.WithinXml(fault.FaultString));
            xml.WriteStartElement("detail");
            xml.WriteStartElement(fault.Type, api.FaultNamespace);
            xml.WriteAttributeString("type", Xsi, "sf:" + fault.Type);
            xml.WriteElementString("exceptionCode", api.FaultNamespace, fault.Code);
            xml.WriteElementString("exceptionMessage", api.FaultNamespace, SalesforceAnswer.WithinXml(fault.Message));
        });
    }

    static async Task SendAsync(HttpContext context, int status, Action<XmlWriter> write)
    {
        using var text = new MemoryStream();
        using (var xml = XmlWriter.Create(text, new() { Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false) }))
        {
            xml.WriteStartDocument();
            write(xml);
            xml.WriteEndDocument(); // closes what is open
        }
        OAuthAnswer.Begin(context, status, "text/xml;charset=UTF-8");
        context.Response.ContentLength = text.Length;
        await context.Response.Body.WriteAsync(text.GetBuffer().AsMemory(0, (int)text.Length), context.RequestAborted);
    }
}
