// The peer: ASP.NET Core's own SignalR (shared framework only) with the hub of `./contoso bench-hub`.
//   dotnet run -c Release -- PORT [KEY of HS256 tokens]
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR;

var port = args.Length > 0 ? int.Parse(args[0]) : 5200;
var key = args.Length > 1 ? Encoding.UTF8.GetBytes(args[1]) : null;

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(k => k.ListenLocalhost(port));
builder.Services.AddSignalR();
builder.Services.AddSingleton<IUserIdProvider, NameOfUser>();
var app = builder.Build();
app.Use((context, next) =>
{
    var name = context.Request.Query["user"].ToString();
    var token = context.Request.Query["access_token"].ToString();
    if (key is not null && token.Length > 0)
    {
        if (Tokens.Subject(token, key) is not { } subject)
        {
            context.Response.StatusCode = 401;
            return Task.CompletedTask;
        }
        name = subject;
    }
    if (name.Length > 0)
        context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, name)], "bench"));
    return next(context);
});
app.MapHub<BenchHub>("/hub");
app.Run();

sealed class BenchHub : Hub
{
    public string Echo(string text) => text;
    public void Void(string text) { }
    public Task Broadcast(string text) => Clients.All.SendAsync("b", text);
    public Task ToUser(string user, string text) => Clients.User(user).SendAsync("u", text);
}

sealed class NameOfUser : IUserIdProvider
{
    public string? GetUserId(HubConnectionContext connection) =>
        connection.User?.FindFirst(ClaimTypes.NameIdentifier)?.Value;
}

static class Tokens
{
    // The subject of a valid HS256 token, else null.
    public static string? Subject(string token, byte[] key)
    {
        var dot = token.LastIndexOf('.');
        if (dot < 0) return null;
        Span<byte> mac = stackalloc byte[32];
        HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(token, 0, dot), mac);
        if (!CryptographicOperations.FixedTimeEquals(mac, FromBase64Url(token[(dot + 1)..]))) return null;
        using var claims = JsonDocument.Parse(FromBase64Url(token[(token.IndexOf('.') + 1)..dot]));
        if (claims.RootElement.GetProperty("exp").GetInt64() < DateTimeOffset.UtcNow.ToUnixTimeSeconds()) return null;
        return claims.RootElement.GetProperty("sub").GetString();
    }

    static byte[] FromBase64Url(string text)
    {
        var padded = text.Replace('-', '+').Replace('_', '/');
        return Convert.FromBase64String(padded.PadRight((padded.Length + 3) / 4 * 4, '='));
    }
}
