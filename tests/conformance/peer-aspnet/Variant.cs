namespace Peer;

// What differs between the servers that the captures were taken from.
public sealed record Variant(string Name)
{
    public bool DetailedErrors { get; init; }
    public bool NamesAsDeclared { get; init; }
    public bool Stateful { get; init; }
    public int? ReplayBuffer { get; init; }
    public int MinimumVersion { get; init; }
    public TimeSpan? PollTimeout { get; init; }
    public bool Conformance { get; init; } // cookies at negotiate, and CORS for any origin, as the official clients' suite wants
    public bool Tls { get; init; }
    public bool Order { get; init; } // the original service's hub: authorization required, the development CORS policy

    public static readonly Variant[] All =
    [
        new("detailed") { Conformance = true, DetailedErrors = true, NamesAsDeclared = true },
        new("https") { Conformance = true, DetailedErrors = true, NamesAsDeclared = true, Tls = true },
        new("plain"),
        new("stateful") { Stateful = true },
        new("small-replay-buffer") { Stateful = true, ReplayBuffer = 1000, DetailedErrors = true, NamesAsDeclared = true },
        new("minimum-version-1") { MinimumVersion = 1 },
        new("short-poll") { PollTimeout = TimeSpan.FromSeconds(2) },
        new("order") { Order = true },
    ];
}
