using Microsoft.AspNetCore.SignalR;

namespace Peer;

public enum Colour { None = 0, Red = 1, Green = 5 }
[Flags] public enum Access { None = 0, Read = 1, Write = 2, All = 3 }
public sealed class CustomObject { public string Name { get; set; } public int Value { get; set; } }
public sealed class ComplexObject
{
    public string String { get; set; }
    public int[] IntArray { get; set; }
    public byte[] ByteArray { get; set; }
    public Guid Guid { get; set; }
    public DateTime DateTime { get; set; }
}
public sealed class Child { public string Name { get; set; } public decimal Amount { get; set; } }
public sealed class Nested
{
    public int Id { get; set; }
    public Child Child { get; set; }
    public List<Child> Items { get; set; } = [];
    public Dictionary<string, int> Map { get; set; } = [];
    public Colour? Favourite { get; set; }
    public string URLValue { get; set; }
}
public sealed record Rec(int A, string B);
public struct Mixed { public int X { get; set; } public int Y; }
public record struct CorrelationId(Guid Value);
public enum OrderStatus { Accepted, Processing, Completed }
public sealed record Notification(CorrelationId CorrelationId, OrderStatus Status, long? OrderId);

public static class Values
{
    static readonly DateTime Leap = new DateTime(2024, 2, 29, 13, 14, 15, DateTimeKind.Utc).AddTicks(1234567);
    static readonly Guid AGuid = new("00010203-0405-0607-0706-050403020100");
    static DateTimeOffset At(DateTime utc, double hours) => new(DateTime.SpecifyKind(utc, DateTimeKind.Unspecified), TimeSpan.FromHours(hours));
    static DateTime Utc(int y, int mo, int d, int h = 0, int mi = 0, int s = 0) => new(y, mo, d, h, mi, s, DateTimeKind.Utc);

    public static Nested Nested => new()
    {
        Id = 7,
        Child = new() { Name = "c", Amount = 1.50m },
        Items = [new() { Name = "i1", Amount = 10 }, new() { Amount = -0.1m }],
        Map = new() { ["One"] = 1, ["two"] = 2 },
        Favourite = Colour.Green,
        URLValue = "u",
    };
    public static ComplexObject Complex => new()
    {
        String = "hello world", IntArray = [1, 2, 3], ByteArray = [1, 2, 3], Guid = AGuid, DateTime = Utc(2000, 1, 1),
    };

    public static object Of(string kind) => kind switch
    {
        "null" => null,
        "true" => true,
        "false" => false,
        "intmin" => int.MinValue,
        "intmax" => int.MaxValue,
        "uintmax" => uint.MaxValue,
        "long2p53" => 9007199254740992,
        "long2p53p1" => 9007199254740993,
        "longmin" => long.MinValue,
        "longmax" => long.MaxValue,
        "ulongmax" => ulong.MaxValue,
        "byte" => (byte)200,
        "sbyte" => (sbyte)-5,
        "short" => (short)-300,
        "ushort" => (ushort)60000,
        "decimal0" => 0m,
        "decimal" => 12345.6789m,
        "decimaltrail" => 1.500m,
        "decimalmax" => decimal.MaxValue,
        "decimalneg" => -0.0000001m,
        "double" => 3.14159,
        "double0.1" => 0.1,
        "doubleint" => 1.0,
        "doublenegzero" => -0.0,
        "double1e21" => 1e21,
        "double1e-7" => 1e-7,
        "double1e15" => 1e15,
        "double1e16" => 1e16,
        "doublemax" => double.MaxValue,
        "doubleeps" => double.Epsilon,
        "doublenan" => double.NaN,
        "doubleinf" => double.PositiveInfinity,
        "doubleninf" => double.NegativeInfinity,
        "float" => 3.14f,
        "float0.1" => 0.1f,
        "floatmax" => float.MaxValue,
        "floatint" => 2f,
        "dtutc" => Leap,
        "dtlocal" => DateTime.SpecifyKind(Leap, DateTimeKind.Local),
        "dtunspec" => DateTime.SpecifyKind(Leap, DateTimeKind.Unspecified),
        "dtutcsec" => Utc(2017, 4, 11),
        "dtutcms" => Utc(2017, 4, 11, 1, 2, 3).AddMilliseconds(120),
        "dtmin" => DateTime.MinValue,
        "dtmax" => DateTime.MaxValue,
        "dtminutc" => DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc),
        "dt1969" => Utc(1969, 12, 31, 23, 59, 59),
        "dt2106" => Utc(2106, 2, 7, 6, 28, 16),
        "dt2600" => Utc(2600, 1, 1),
        "dto" => At(Leap, 5.5),
        "dtoutc" => At(Utc(2024, 2, 29, 13, 14, 15), 0),
        "dtoneg" => At(Utc(2024, 2, 29, 13, 14, 15), -8),
        "ts" => new TimeSpan(1, 2, 3, 4, 5),
        "ts0" => TimeSpan.Zero,
        "tsneg" => TimeSpan.FromSeconds(-1.5),
        "tsticks" => TimeSpan.FromTicks(1),
        "tsmax" => TimeSpan.MaxValue,
        "guid" => AGuid,
        "guidempty" => Guid.Empty,
        "enum" => Colour.Green,
        "enumundef" => (Colour)42,
        "enumflags" => Access.Read | Access.Write,
        "enumflags8" => (Access)9,
        "bytes" => new byte[] { 0, 1, 2, 0xfa, 0xff },
        "bytes0" => Array.Empty<byte>(),
        "bytes300" => new byte[300],
        "nullint" => (int?)null,
        "someint" => (int?)5,
        "dict" => new Dictionary<string, object> { ["Key"] = 1, ["other key"] = null, ["z"] = "s" },
        "dictint" => new Dictionary<int, string> { [1] = "one" },
        "nested" => Nested,
        "rec" => new Rec(1, "b"),
        "struct" => new Mixed { X = 1, Y = 2 },
        "anon" => new { Alpha = 1, betaGamma = "x", ABCDef = true },
        "tuple" => (1, "two"),
        "ctuple" => Tuple.Create(1, "two"),
        "array" => new object[] { 1, "a", null, 2.5 },
        "list" => new List<string> { "a", "b" },
        "emptylist" => new List<string>(),
        "matrix" => new int[][] { [1], [2, 3] },
        "char" => 'x',
        "charu" => 'é',
        "uri" => new Uri("https://example.test/a?b=c&d=é"),
        "version" => new Version(1, 2, 3, 4),
        "dateonly" => new DateOnly(2024, 2, 29),
        "timeonly" => new TimeOnly(13, 14, 15, 167),
        "complex" => Complex,
        "notification" => new Notification(new(new("7f6d1c52-3b0e-4c3a-9a57-2f1d8a40be11")), OrderStatus.Completed, 777),
        _ => kind.StartsWith("int") ? int.Parse(kind[3..]) : Text(kind),
    };

    static object Text(string kind) => kind switch
    {
        "strempty" => "",
        "strascii" => "plain",
        "strquote" => "a\"b\\c/d",
        "strctl" => "\0\u0001\b\t\n\f\r\u001e\u001f\u007f",
        "strhtml" => "<a href='x'>&+`</a>",
        "strlatin" => "é ñ ü",
        "strcjk" => "日本語",
        "stremoji" => "😀👩\u200d👩\u200d👧",
        "strsep" => "\u2028\u2029\u0085\u00a0\ufeff\u200b",
        "strlone" => "a\ud800b",
        "strlone2" => "a\udc00b",
        "strbmpend" => "\ufffd\ufffe\uffff",
        "strpua" => "\ue000",
        _ when kind.StartsWith("str") => new string('x', int.Parse(kind[3..])),
        _ when kind.StartsWith("arr") => Enumerable.Range(0, int.Parse(kind[3..])).ToArray(),
        _ => throw new HubException($"unknown kind {kind}"),
    };
}
