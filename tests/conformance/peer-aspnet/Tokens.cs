using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Peer;

// JwtBearer is a package and can't be had here: as much of it as the captures show, by hand. So the oracle vouches for what SignalR does
// with a refused request, not for these texts.
public static class Tokens
{
    public const string Key = "9f4c1d7ae2b85306c4d1f0a97b6e2358d0c4b1a2f3e49586";
    static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    public static string Make(string user, TimeSpan life)
    {
        var body = Encode("""{"alg":"HS256","typ":"JWT"}"""u8.ToArray()) + "." +
            Encode(JsonSerializer.SerializeToUtf8Bytes(new { nameid = user, exp = DateTimeOffset.UtcNow.Add(life).ToUnixTimeSeconds() }));
        return body + "." + Encode(Sign(body));
    }

    // The claims' user and expiry; or why not ("" when that isn't said).
    public static (string User, DateTimeOffset? Expires, string Error) Check(string token)
    {
        var parts = token.Split('.');
        if (parts.Length != 3) return (null, null, "");
        JsonElement header, claims;
        try
        {
            header = JsonDocument.Parse(Decode(parts[0])).RootElement;
            claims = JsonDocument.Parse(Decode(parts[1])).RootElement;
        }
        catch (Exception e) when (e is JsonException or FormatException) { return (null, null, ""); }
        if (header.GetProperty("alg").GetString() != "HS256") return (null, null, "The signature is invalid");
        if (Encode(Sign(parts[0] + "." + parts[1])) != parts[2]) return (null, null, "The signature key was not found");
        DateTimeOffset? expires = claims.TryGetProperty("exp", out var exp) ? DateTimeOffset.FromUnixTimeSeconds(exp.GetInt64()) : null;
        if (expires + Skew < DateTimeOffset.UtcNow)
            return (null, null, $"The token expired at '{expires.Value.UtcDateTime.ToString("MM'/'dd'/'yyyy HH:mm:ss")}'");
        foreach (var name in new[] { "sub", "nameid" })
            if (claims.TryGetProperty(name, out var user)) return (user.ToString(), expires, null);
        return (null, expires, null);
    }

    static byte[] Sign(string text) => HMACSHA256.HashData(Encoding.UTF8.GetBytes(Key), Encoding.UTF8.GetBytes(text));
    static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    static byte[] Decode(string text) =>
        Convert.FromBase64String(text.Replace('-', '+').Replace('_', '/') + new string('=', (4 - text.Length % 4) % 4));
}

public sealed class BearerOptions : AuthenticationSchemeOptions
{
    public string QueryBelow { get; set; } // where ?access_token= is read; there it wins over the header
}

public sealed class BearerHandler(IOptionsMonitor<BearerOptions> options, ILoggerFactory log, UrlEncoder encoder)
    : AuthenticationHandler<BearerOptions>(options, log, encoder)
{
    string error;

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        string token = Request.Query["access_token"];
        if (string.IsNullOrEmpty(token) || !Request.Path.StartsWithSegments(Options.QueryBelow == "/" ? "" : Options.QueryBelow))
        {
            string header = Request.Headers.Authorization;
            if (header is null || !header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return Task.FromResult(AuthenticateResult.NoResult());
            token = header[7..].Trim();
        }
        if (token.Length == 0) return Task.FromResult(AuthenticateResult.NoResult());
        var (user, expires, why) = Tokens.Check(token);
        if (why is not null)
        {
            error = why;
            return Task.FromResult(AuthenticateResult.Fail(why));
        }
        var identity = new ClaimsIdentity(user is null ? [] : [new Claim(ClaimTypes.NameIdentifier, user)], "Bearer");
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(
            new ClaimsPrincipal(identity), new AuthenticationProperties { ExpiresUtc = expires }, "Bearer")));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = 401;
        Response.Headers.WWWAuthenticate = error switch
        {
            null => "Bearer",
            "" => "Bearer error=\"invalid_token\"",
            _ => $"Bearer error=\"invalid_token\", error_description=\"{error}\"",
        };
        return Task.CompletedTask;
    }
}
