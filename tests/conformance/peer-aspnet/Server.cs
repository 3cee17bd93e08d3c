using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Peer;

public static class Server
{
    public static WebApplication Make(Variant variant, int port, Func<object> urls)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(System.Net.IPAddress.Loopback, port, listen =>
        {
            if (variant.Tls) listen.UseHttps(Certificate());
        }));
        builder.Services.AddSingleton<Service>();
        builder.Services.AddAuthentication("Bearer").AddScheme<BearerOptions, BearerHandler>("Bearer", o => o.QueryBelow = variant.Order ? "/hubs/order-status" : "/");
        builder.Services.AddAuthorization();
        builder.Services.AddCors(o => o.AddDefaultPolicy(p =>
        {
            p.AllowAnyHeader().AllowAnyMethod().AllowCredentials();
            if (variant.Order) p.WithOrigins("http://localhost:4200", "https://localhost:4200");
            else p.SetIsOriginAllowed(_ => true);
        }));
        builder.Services.AddSignalR(o =>
        {
            o.EnableDetailedErrors = variant.DetailedErrors;
            if (variant.ReplayBuffer is { } bytes) o.StatefulReconnectBufferSize = bytes;
        }).AddJsonProtocol(o =>
        {
            if (variant.NamesAsDeclared) o.PayloadSerializerOptions.PropertyNamingPolicy = null;
        });
        builder.Services.AddSingleton<IHubProtocol, MessagePackOfBlazor>();
        var app = builder.Build();
        if (variant.Conformance) app.Use(Cookies);
        app.UseRouting();
        if (variant.Conformance || variant.Order) app.UseCors();
        app.UseAuthentication();
        app.UseAuthorization();
        Map(app, variant, urls);
        return app;
    }

    public static object Urls(IEnumerable<(string Name, WebApplication App)> servers) => new
    {
        server = "aspnet",
        protocols = new[] { "json", "messagepack" },
        plainValuesOnly = true, // in MessagePack: see MessagePackOfBlazor
        rawConnections = true,
        variants = servers.ToDictionary(s => s.Name, s => s.App.Urls.First()),
    };

    static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddDays(1));
    }

    static Task Cookies(HttpContext http, RequestDelegate next)
    {
        if (http.Request.Path.Value.Contains("/negotiate"))
        {
            http.Response.Cookies.Append("testCookie", "testValue");
            http.Response.Cookies.Append("testCookie2", "testValue2");
            http.Response.Cookies.Append("expiredCookie", "doesntmatter", new CookieOptions { Expires = DateTimeOffset.UtcNow.AddHours(-1) });
        }
        return next(http);
    }

    static void Map(WebApplication app, Variant variant, Func<object> urls)
    {
        Action<HttpConnectionDispatcherOptions> with(HttpTransportType transports) => o =>
        {
            o.Transports = transports;
            o.AllowStatefulReconnects = variant.Stateful;
            o.MinimumProtocolVersion = variant.MinimumVersion;
            if (variant.PollTimeout is { } timeout) o.LongPolling.PollTimeout = timeout;
        };
        if (variant.Order)
        {
            app.MapHub<AuthorizedHub>("/hubs/order-status", with(HttpTransports.All)).RequireAuthorization();
            return;
        }
        app.MapHub<ReferenceHub>("/testhub", with(HttpTransports.All));
        app.MapHub<ReferenceHub>("/testhub-nowebsockets", with(HttpTransportType.ServerSentEvents | HttpTransportType.LongPolling));
        app.MapHub<ReferenceHub>("/ws-only", with(HttpTransportType.WebSockets));
        app.MapHub<ReferenceHub>("/lp-only", with(HttpTransportType.LongPolling));
        app.MapHub<ReferenceHub>("/sse-only", with(HttpTransportType.ServerSentEvents));
        app.MapHub<AuthorizedHub>("/authorizedhub", with(HttpTransports.All)).RequireAuthorization();
        app.MapConnectionHandler<EchoConnection>("/echo", with(HttpTransports.All));
        app.Map("/echoredirect/{**rest}", (HttpContext http, string rest) =>
            Results.Redirect($"{http.Request.Scheme}://{http.Request.Host}/echo" + (rest is null ? "" : "/" + rest) + http.Request.QueryString, permanent: false, preserveMethod: true));
        var redirects = 0;
        app.Map("/redirect/negotiate", (string baseUrl) =>
            Results.Json(new { url = $"{baseUrl}/testHub?numRedirects={Interlocked.Increment(ref redirects)}" }));
        app.Map("/bad-negotiate/negotiate", () => Results.Text("Some response from server", statusCode: 400));
        app.MapGet("/generateJwtToken", () => Tokens.Make("testuser", TimeSpan.FromSeconds(5)));
        app.MapGet("/variants", () => urls());
        app.MapGet("/clientresult/{id}", async (string id, IHubContext<ReferenceHub> hub) =>
        {
            try { return (await hub.Clients.Client(id).InvokeAsync<int>("Result", default)).ToString(); }
            catch (Exception e) { return e.Message; }
        });
        app.MapPost("/hello/{id}", async (string id, IHubContext<ReferenceHub> hub) =>
        {
            await hub.Clients.Client(id).SendAsync("Hello", "hello");
            return "ok";
        });
    }
}

// Every chunk goes back as it came.
public sealed class EchoConnection : ConnectionHandler
{
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        for (;;)
        {
            var read = await connection.Transport.Input.ReadAsync();
            foreach (var part in read.Buffer) await connection.Transport.Output.WriteAsync(part);
            connection.Transport.Input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) return;
        }
    }
}

public sealed class Service
{
    public string Name => "svc";
}
