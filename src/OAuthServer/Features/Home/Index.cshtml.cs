using Microsoft.AspNetCore.Mvc.RazorPages;

namespace OAuthServer.Features.Home;

/// <summary>The front door: what this server is, and where its people go from here.</summary>
public sealed class IndexModel : PageModel;
