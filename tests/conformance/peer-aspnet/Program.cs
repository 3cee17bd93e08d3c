// ASP.NET Core's own SignalR with the conformance hub: what the suites must agree with before they judge another server.
// One server per variant, each on a port of its own; GET /variants of the first tells where they are.
using Peer;

var port = args.Length > 0 ? int.Parse(args[0]) : 0;
var servers = new List<(string Name, WebApplication App)>();
foreach (var variant in Variant.All)
    servers.Add((variant.Name, Server.Make(variant, variant == Variant.All[0] ? port : 0, () => Server.Urls(servers))));
foreach (var (_, app) in servers) await app.StartAsync();
Console.WriteLine($"listening {servers[0].App.Urls.First()}");
await servers[0].App.WaitForShutdownAsync();
foreach (var (_, app) in servers.Skip(1)) await app.StopAsync();
