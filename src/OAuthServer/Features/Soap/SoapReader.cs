using System.Buffers;
using System.Xml;
using Microsoft.Net.Http.Headers;
using OAuthServer.Http;

namespace OAuthServer.Features.Soap;

/// <summary>
/// Reads a call: SOAP 1.1, whatever its prefixes, SOAPAction and encoding of the transfer. Bounded in bytes (as decompressed) and depth, without
/// DTD, so that nothing is fetched and nothing grows (ASVS 1.5.1). The whole text is found well-formed before anything of it is believed.
/// </summary>
static class SoapReader
{
    /// <summary>The largest body, in bytes; two hundred session ids have room in it.</summary>
    internal const int MostBytes = 128 * 1024;

    const int Deepest = 16;
    const int MostArguments = 256;
    const string Soap11 = "http://schemas.xmlsoap.org/soap/envelope/";

    /// <summary>The one argument that calls repeat.</summary>
    const string Repeated = "sessionIds";

    static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = MostBytes,
        MaxCharactersFromEntities = MostBytes,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
    };

    /// <summary>The call, or what is wrong with it.</summary>
    internal static async Task<(SoapCall? Call, SoapFault? Fault)> ReadAsync(HttpContext context, SoapApi api)
    {
        if (!IsUtf8(context.Request.ContentType))
            return (null, SoapFault.Unreadable("Send XML in UTF-8."));
        // Rented: a login of a few hundred bytes would else put 128 kB among the objects that are seldom collected.
        var body = ArrayPool<byte>.Shared.Rent(MostBytes + 1);
        try
        {
            return await ReadAsync(context, api, body);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(body, clearArray: true); // it held a password
        }
    }

    static async Task<(SoapCall? Call, SoapFault? Fault)> ReadAsync(HttpContext context, SoapApi api, byte[] body)
    {
        int length;
        try
        {
            length = await context.Request.Body.ReadAtLeastAsync(body.AsMemory(0, MostBytes + 1), MostBytes + 1, throwOnEndOfStream: false, context.RequestAborted);
        }
        catch (Exception problem) when (problem is BadHttpRequestException || RequestForm.IsUnreadable(problem))
        {
            return (null, SoapFault.Unreadable("The body broke off, is too large, or is not compressed as it says."));
        }
        if (length > MostBytes)
            return (null, SoapFault.Unreadable($"The body is larger than {MostBytes / 1024} kB."));
        try
        {
            CheckForm(body, length);
            using var reader = XmlReader.Create(new MemoryStream(body, 0, length, writable: false), Settings);
            return (Read(reader, api), null);
        }
        catch (SoapException problem)
        {
            return (null, problem.Fault);
        }
        catch (XmlException) // says where and quotes; a body of credentials is not quoted
        {
            return (null, SoapFault.Unreadable("The body is not a well-formed SOAP 1.1 envelope; document type declarations are refused."));
        }
    }

    /// <summary>To the end, so that a text that goes wrong later has meant nothing.</summary>
    static void CheckForm(byte[] body, int length)
    {
        using var reader = XmlReader.Create(new MemoryStream(body, 0, length, writable: false), Settings);
        while (reader.Read())
        {
            if (reader.Depth > Deepest)
                throw new SoapException(SoapFault.Unreadable("The envelope is nested too deeply."));
        }
    }

    static SoapCall Read(XmlReader reader, SoapApi api)
    {
        reader.MoveToContent();
        if (reader.LocalName != "Envelope" || reader.NamespaceURI != Soap11)
            throw new SoapException(SoapFault.Unreadable("The body is no SOAP 1.1 envelope."));
        var headers = new Dictionary<(string Block, string Name), string>();
        (string Operation, List<(string, string)> Arguments)? found = null;
        foreach (var part in Children(reader))
        {
            switch (part)
            {
                case ("Header", Soap11) when headers.Count == 0 && found is null:
                    ReadHeaders(reader, api, headers);
                    break;
                case ("Body", Soap11) when found is null:
                    found = ReadBody(reader, api);
                    break;
                default:
                    throw new SoapException(SoapFault.Unreadable("The envelope holds something besides one Header and one Body."));
            }
        }
        return new()
        {
            Operation = found?.Operation ?? throw new SoapException(SoapFault.Unreadable("The envelope has no Body.")),
            Arguments = found.Value.Arguments,
            SessionId = Header("SessionHeader", "sessionId"),
            OrganizationId = Header("LoginScopeHeader", "organizationId"),
            Client = Header("CallOptions", "client"),
        };

        string? Header(string block, string name) => headers.GetValueOrDefault((block, name))?.Trim() is { Length: > 0 } value ? value : null;
    }

    /// <summary>Blocks of this API with simple contents; of others it is not known what they mean.</summary>
    static void ReadHeaders(XmlReader reader, SoapApi api, Dictionary<(string Block, string Name), string> headers)
    {
        foreach (var (block, ns) in Children(reader))
        {
            if (ns != api.Namespace || block is not ("SessionHeader" or "LoginScopeHeader" or "CallOptions"))
            {
                reader.Skip();
                continue;
            }
            foreach (var (name, _) in Children(reader))
            {
                if (!headers.TryAdd((block, name), reader.ReadElementContentAsString()))
                    throw new SoapException(SoapFault.Unreadable($"{block} says {name} twice."));
            }
        }
    }

    static (string Operation, List<(string Name, string Value)> Arguments) ReadBody(XmlReader reader, SoapApi api)
    {
        (string Operation, List<(string Name, string Value)> Arguments)? call = null;
        foreach (var (operation, ns) in Children(reader))
        {
            if (call is not null)
                throw new SoapException(SoapFault.Unreadable("The Body holds more than one call."));
            if (ns != api.Namespace)
                throw new SoapException(SoapFault.Off($"No operation available for request: it is not in the namespace {api.Namespace} of this address."));
            call = (operation, ReadArguments(reader, api));
        }
        return call ?? throw new SoapException(SoapFault.Unreadable("The Body is empty."));
    }

    static List<(string Name, string Value)> ReadArguments(XmlReader reader, SoapApi api)
    {
        var arguments = new List<(string Name, string Value)>();
        foreach (var (name, ns) in Children(reader))
        {
            if (ns != api.Namespace && ns.Length > 0)
                throw new SoapException(SoapFault.Unreadable("An argument is in a namespace that is not this API's."));
            if (arguments.Count == MostArguments || name != Repeated && arguments.Exists(argument => argument.Name == name))
                throw new SoapException(SoapFault.Unreadable("An argument is repeated."));
            arguments.Add((name, reader.ReadElementContentAsString()));
        }
        return arguments;
    }

    /// <summary>The child elements of the element that the reader is at. Whoever takes one reads or skips it; the reader ends up after the element.</summary>
    /// <exception cref="SoapException">There is text where elements belong.</exception>
    static IEnumerable<(string Name, string Namespace)> Children(XmlReader reader)
    {
        var isEmpty = reader.IsEmptyElement;
        reader.ReadStartElement();
        if (isEmpty)
            yield break;
        while (reader.MoveToContent() != XmlNodeType.EndElement)
        {
            if (reader.NodeType != XmlNodeType.Element)
                throw new SoapException(SoapFault.Unreadable("There is text where elements belong."));
            yield return (reader.LocalName, reader.NamespaceURI);
        }
        reader.ReadEndElement();
    }

    static bool IsUtf8(string? contentType) =>
        !MediaTypeHeaderValue.TryParse(contentType, out var type) || !type.Charset.HasValue
        || HeaderUtilities.RemoveQuotes(type.Charset) is var charset && (charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || charset.Equals("us-ascii", StringComparison.OrdinalIgnoreCase));

    sealed class SoapException(SoapFault fault) : Exception
    {
        internal SoapFault Fault { get; } = fault;
    }
}
