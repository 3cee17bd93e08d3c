using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Connections.Features;
using Microsoft.AspNetCore.SignalR;

namespace Peer;

public sealed class AuthorizedHub : Hub
{
    public string Echo(string message) => message;
}

public sealed class MyHubException(string message) : HubException(message);

// The conformance hub, with the methods that the captured conversations call.
public sealed class ReferenceHub : Hub
{
    string Query(string name) => Context.GetHttpContext().Request.Query[name];

    public override async Task OnConnectedAsync()
    {
        switch (Query("connected"))
        {
            case "slow": await Task.Delay(300); break;
            case "abort": Context.Abort(); break;
            case "throw": throw new InvalidOperationException("on connected failed");
            case "throw-hub": throw new HubException("hub on connected failed");
            case "send": await Clients.Caller.SendAsync("Hello", "from OnConnected"); break;
            case "ask": await Clients.Caller.InvokeAsync<int>("Ask", 1, default); break;
        }
    }

    // Calls
    public string Echo(string message) => message;
    public void Ping() { }
    public Task VoidTask() => Task.CompletedTask;
    public string NullString() => null;
    public int Add(int a, int b) => a + b;
    public string Optional(string a, string b = "b") => a + b;
    [HubMethodName("renamed")] public string Original() => "renamed ok";
    public string GetUser() => Context.UserIdentifier;
    public string WithToken(string text, CancellationToken token) => text;
    public string WhoAmI(Service service) => service.Name;
    public object EchoObject(object value) => value;
    public string TypeOfObject(object value) => value?.GetType().FullName ?? "null";
    public Task InvokeWithString(string message) => Clients.Caller.SendAsync("Message", message);
    public Task SendAllKinds() => Clients.Caller.SendCoreAsync("Kinds", [1, "two", 3.5, true, null, new[] { 1, 2 }, new { A = 1 }]);
    public Task SendCustomObject(CustomObject o) => Clients.Caller.SendAsync("CustomObject", o);
    public async Task<string> Sleep(int milliseconds, string answer) { await Task.Delay(milliseconds); return answer; }
    public void Abort() => Context.Abort();
    [Authorize] public string Secured() => "secured";
    public static string StaticMethod() => "static";
    internal string Hidden() => "hidden";

    // About the connection
    public string GetCallerConnectionId() => Context.ConnectionId;
    public int GetNumRedirects() => int.Parse(Query("numRedirects"));
    public string GetActiveTransportName() => Context.Features.Get<IHttpTransportFeature>().TransportType.ToString();
    public string GetContentTypeHeader() => Context.GetHttpContext().Request.Headers.ContentType;
    public string GetHeader(string name) => Context.GetHttpContext().Request.Headers[name];
    public string GetCookie(string name) => Context.GetHttpContext().Request.Cookies[name];

    // What fails
    public void ThrowException(string message) => throw new InvalidOperationException(message);
    public void ThrowHub(string message) => throw new HubException(message);
    public void ThrowDerived(string message) => throw new MyHubException(message);
    public async Task ThrowAsync(string message) { await Task.Yield(); throw new ArgumentException(message); }
    public void ThrowInner(string message) => throw new HubException(message, new InvalidOperationException("inner"));

    // Streams
    public async IAsyncEnumerable<string> Stream() { foreach (var item in new[] { "a", "b", "c" }) { yield return item; await Task.Yield(); } }
    public async IAsyncEnumerable<int> EmptyStream() { await Task.Yield(); yield break; }
    public async IAsyncEnumerable<int> Counter(int count, int delay, [EnumeratorCancellation] CancellationToken cancel)
    {
        for (var i = 0; i < count; ++i)
        {
            if (delay > 0) await Task.Delay(delay, cancel);
            yield return i;
        }
    }
    public async IAsyncEnumerable<int> InfiniteStream([EnumeratorCancellation] CancellationToken cancel)
    {
        var caller = Clients.Caller; // the hub is gone when the stream ends
        try { await Task.Delay(Timeout.Infinite, cancel); } catch (OperationCanceledException) { }
        await caller.SendAsync("StreamCanceled");
        yield break;
    }
    public IAsyncEnumerable<string> StreamThrowException(string message) => throw new InvalidOperationException(message);
    public async IAsyncEnumerable<int> FailAfter(int count)
    {
        for (var i = 0; i < count; ++i) { await Task.Yield(); yield return i; }
        throw new InvalidOperationException("stream failed");
    }
    public async IAsyncEnumerable<int> HubFailAfter(int count)
    {
        for (var i = 0; i < count; ++i) { await Task.Yield(); yield return i; }
        throw new HubException("hub stream failed");
    }
    public IAsyncEnumerable<int> StreamNull() => null;
    public async IAsyncEnumerable<Nested> NestedStream() { yield return null; await Task.Yield(); yield return Values.Nested; }

    // Uploads
    public async Task<string> StreamingConcat(IAsyncEnumerable<string> source)
    {
        var text = "";
        await foreach (var item in source) text += item;
        return text;
    }
    public async Task<int> UploadTwo(int factor, IAsyncEnumerable<int> a, IAsyncEnumerable<int> b)
    {
        var sum = 0;
        await foreach (var item in a) sum += item;
        await foreach (var item in b) sum += factor * item;
        return sum;
    }
    public async IAsyncEnumerable<int> Doubler(IAsyncEnumerable<int> source) { await foreach (var item in source) yield return item * 2; }
    public async Task<string> UploadCatch(IAsyncEnumerable<int> source)
    {
        try { await foreach (var _ in source) { } return "complete"; }
        catch (Exception e) { return $"{e.GetType().Name}: {e.Message}"; }
    }
    public async Task<string> UploadFirst(IAsyncEnumerable<int> source)
    {
        await foreach (var item in source) return $"first {item}";
        return "nothing";
    }
    public async Task<string> UploadSlow(int milliseconds, IAsyncEnumerable<int> source)
    {
        await Task.Delay(milliseconds);
        var n = 0;
        await foreach (var _ in source) ++n;
        return $"n={n}";
    }

    // Client results
    public async Task<string> Ask()
    {
        try { return $"got {await Clients.Caller.InvokeAsync<int>("Ask", 1, default)}"; }
        catch (Exception e) { return $"{e.GetType().Name}: {e.Message}"; }
    }
    public async Task<string> AskString()
    {
        try { return $"got {await Clients.Caller.InvokeAsync<string>("Ask", default)}"; }
        catch (Exception e) { return $"{e.GetType().Name}: {e.Message}"; }
    }

    // Values
    public object Value(string kind) => Values.Of(kind);
    public Task SendValue(string kind) => Clients.Caller.SendAsync("Value", Values.Of(kind));
    public ComplexObject EchoComplexObject(ComplexObject o) => o;
    public ComplexObject SendComplexObject() => Values.Complex;
    public int EchoInt(int v) => v;
    public long EchoLong(long v) => v;
    public ulong EchoULong(ulong v) => v;
    public byte EchoByte(byte v) => v;
    public decimal EchoDecimal(decimal v) => v;
    public double EchoDouble(double v) => v;
    public float EchoFloat(float v) => v;
    public bool EchoBool(bool v) => v;
    public string EchoNullableString(string v) => v;
    public char EchoChar(char v) => v;
    public DateTime EchoDateTime(DateTime v) => v;
    public string KindOf(DateTime v) => $"{v.Kind} {v.Ticks}";
    public DateTimeOffset EchoDto(DateTimeOffset v) => v;
    public TimeSpan EchoTimeSpan(TimeSpan v) => v;
    public Guid EchoGuid(Guid v) => v;
    public Colour EchoEnum(Colour v) => v;
    public byte[] EchoBytes(byte[] v) => v;
    public int? EchoNullableInt(int? v) => v;
    public Dictionary<string, int> EchoDict(Dictionary<string, int> v) => v;
    public Nested EchoNested(Nested v) => v;
    public Rec EchoRec(Rec v) => v;
    public int[] EchoInts(int[] v) => v;
    public DateOnly EchoDateOnly(DateOnly v) => v;
    public Uri EchoUri(Uri v) => v;
}
