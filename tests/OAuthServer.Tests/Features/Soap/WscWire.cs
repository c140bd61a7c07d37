using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;

namespace OAuthServer.Tests.Features.Soap;

/// <summary>Requests as WSC writes them, and as Data Loader, which is built on it, sends them (Salesforce contract, section 2.4).</summary>
static class WscWire
{
    internal static string Envelope(string call, string contents, string headers = "") =>
        $"""<?xml version="1.0" encoding="UTF-8"?><env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><env:Header xmlns:m="urn:partner.soap.sforce.com"><m:CallOptions><m:client>DataLoaderPartnerUI/64.0</m:client></m:CallOptions>{headers}</env:Header><env:Body><m:{call} xmlns:m="urn:partner.soap.sforce.com" xmlns:sobj="urn:sobject.partner.soap.sforce.com">{contents}</m:{call}></env:Body></env:Envelope>""";

    /// <summary>The header of a call within a session.</summary>
    internal static string Session(string? id) => $"<m:SessionHeader><m:sessionId>{id}</m:sessionId></m:SessionHeader>";

    internal static void DataLoader(HttpRequestMessage request, string body)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes(body));
        request.Content = SoapScene.Xml(packed.ToArray(), "gzip");
        request.Headers.Add("SOAPAction", "\"\"");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/xml"));
        request.Headers.AcceptEncoding.Add(new("gzip"));
        request.Headers.TryAddWithoutValidation("client_id", "DataLoaderPartnerUI/");
        request.Headers.TryAddWithoutValidation("Sforce-Call-Options", "client=DataLoaderPartnerUI/64.0");
        request.Headers.TryAddWithoutValidation("User-Agent", "Salesforce Web Service Connector For Java/1.0");
    }
}
