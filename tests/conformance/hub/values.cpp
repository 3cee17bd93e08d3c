// Value(kind): one value of each kind that the captures hold, and the methods that give their argument back.
#include "values.hpp"

#include <charconv>
#include <functional>
#include <limits>
#include <map>

#include "methods.hpp"

namespace conformance {

using namespace signalr;

// A value whose type is only known when it is made.
struct any_value {
    std::function<void(value_writer&)> write;
};

// What .NET would make of a value for a parameter of type object.
struct object_type {
    std::string name;
};

}  // namespace conformance

template <>
struct signalr::codec<conformance::object_type> {
    static bool read(value_reader& from, conformance::object_type& to) {
        const auto kind = from.peek();
        if (kind == value_kind::nil)
            to.name = "null";
        else if (from.written_in() == encoding::json)
            to.name = "System.Text.Json.JsonElement";
        else if (kind == value_kind::integer)
            to.name = "System.Byte";  // that there are others, no capture says
        else if (kind == value_kind::text)
            to.name = "System.String";
        else if (kind == value_kind::array)
            to.name = "System.Object[]";
        else
            to.name =
                "System.Collections.Generic.Dictionary`2[[System.Object, System.Private.CoreLib, Version=10.0.0.0, "
                "Culture=neutral, PublicKeyToken=7cec85d7bea7798e],[System.Object, System.Private.CoreLib, "
                "Version=10.0.0.0, Culture=neutral, PublicKeyToken=7cec85d7bea7798e]]";
        return from.skip();
    }
};
template <>
struct signalr::codec<conformance::any_value> {
    static void write(value_writer& to, const conformance::any_value& from) { from.write(to); }
};

namespace conformance {
namespace {

using optional_text = std::optional<std::string>;

template <class T>
any_value of(T value) {
    return {[value = std::move(value)](value_writer& to) { codec<T>::write(to, value); }};
}

struct mixed {
    int X = 1;
};
SIGNALR_DESCRIBE(mixed, X)
struct mixed_with_field {  // MessagePack writes public fields too
    int X = 1, Y = 2;
};
SIGNALR_DESCRIBE(mixed_with_field, X, Y)
struct anonymous {
    int Alpha = 1;
    std::string betaGamma = "x";
    bool ABCDef = true;
};
SIGNALR_DESCRIBE(anonymous, Alpha, betaGamma, ABCDef)
struct class_tuple {
    int Item1 = 1;
    std::string Item2 = "two";
};
SIGNALR_DESCRIBE(class_tuple, Item1, Item2)
struct correlation_id {
    guid Value{"7f6d1c52-3b0e-4c3a-9a57-2f1d8a40be11"};
};
SIGNALR_DESCRIBE(correlation_id, Value)
enum class order_status { Accepted, Processing, Completed };
SIGNALR_DESCRIBE_ENUM(order_status, Accepted, Processing, Completed)
struct notification {
    correlation_id CorrelationId;
    order_status Status = order_status::Completed;
    std::optional<std::int64_t> OrderId = 777;
};
SIGNALR_DESCRIBE(notification, CorrelationId, Status, OrderId)

// JSON and MessagePack have something of their own.
any_value either(std::function<void(value_writer&)> json, std::function<void(value_writer&)> messagepack) {
    return {[json = std::move(json), messagepack = std::move(messagepack)](value_writer& to) {
        to.writes() == encoding::json ? json(to) : messagepack(to);
    }};
}

void write_pair(value_writer& to) {
    to.begin_array(2);
    to.integer(1);
    to.text("two");
    to.end_array();
}

void write_dictionary(value_writer& to) {
    to.begin_object(3);
    to.key("Key");
    to.integer(1);
    to.key("other key");
    to.nil();
    to.key("z");
    to.text("s");
    to.end_object();
}

void write_mixed_array(value_writer& to) {
    to.begin_array(4);
    to.integer(1);
    to.text("a");
    to.nil();
    to.floating(2.5);
    to.end_array();
}

void write_number_key(value_writer& to) {
    to.begin_object(1);
    if (to.writes() == encoding::json)
        to.key("1");
    else
        to.integer(1);
    to.text("one");
    to.end_object();
}

complex_object example_of_complex() {
    return {"hello world",
            std::vector{1, 2, 3},
            bytes{"\x01\x02\x03"},
            {"00010203-0405-0607-0706-050403020100"},
            {ticks_of(2000, 1, 1), date_time::kind::utc}};
}

using table = std::map<std::string, any_value, std::less<>>;

void add_numbers(table& t) {
    for (const int n : {0, 127, 128, 255, 256, 65535, 65536, -1, -32, -33, -128, -129, -32768, -32769})
        t["int" + std::to_string(n)] = of(n);
    t["intmin"] = of(std::numeric_limits<int>::min());
    t["intmax"] = of(std::numeric_limits<int>::max());
    t["uintmax"] = of(std::numeric_limits<std::uint32_t>::max());
    t["long2p53"] = of(std::int64_t{9007199254740992});
    t["long2p53p1"] = of(std::int64_t{9007199254740993});
    t["longmin"] = of(std::numeric_limits<std::int64_t>::min());
    t["longmax"] = of(std::numeric_limits<std::int64_t>::max());
    t["ulongmax"] = of(std::numeric_limits<std::uint64_t>::max());
    t["byte"] = of(std::uint8_t{200});
    t["sbyte"] = of(std::int8_t{-5});
    t["short"] = of(std::int16_t{-300});
    t["ushort"] = of(std::uint16_t{60000});
    t["nullint"] = of(std::optional<int>{});
    t["someint"] = of(std::optional<int>{5});
    for (const auto& [name, digits] :
         std::map<std::string, std::string>{{"decimal0", "0"},
                                            {"decimal", "12345.6789"},
                                            {"decimaltrail", "1.500"},
                                            {"decimalmax", "79228162514264337593543950335"},
                                            {"decimalneg", "-0.0000001"}})
        t[name] = of(decimal{digits});
    using limits = std::numeric_limits<double>;
    for (const auto& [name, v] :
         std::map<std::string, double>{{"double", 3.14159},
                                       {"double0.1", 0.1},
                                       {"doubleint", 1.0},
                                       {"doublenegzero", -0.0},
                                       {"double1e21", 1e21},
                                       {"double1e-7", 1e-7},
                                       {"double1e15", 1e15},
                                       {"double1e16", 1e16},
                                       {"doublemax", limits::max()},
                                       {"doubleeps", limits::denorm_min()},
                                       {"doublenan", -limits::quiet_NaN()},  // .NET's has the sign bit set
                                       {"doubleinf", limits::infinity()},
                                       {"doubleninf", -limits::infinity()}})
        t[name] = of(v);
    t["float"] = of(3.14F);
    t["float0.1"] = of(0.1F);
    t["floatmax"] = of(std::numeric_limits<float>::max());
    t["floatint"] = of(2.0F);
}

void add_times(table& t) {
    using kind = date_time::kind;
    const auto leap = ticks_of(2024, 2, 29, 13, 14, 15, 1'234'567);
    const auto second = ticks_of(2024, 2, 29, 13, 14, 15);
    t["dtutc"] = of(date_time{leap, kind::utc});
    t["dtlocal"] = of(date_time{leap, kind::local});
    t["dtunspec"] = of(date_time{leap, kind::unspecified});
    t["dtutcsec"] = of(date_time{ticks_of(2017, 4, 11), kind::utc});
    t["dtutcms"] = of(date_time{ticks_of(2017, 4, 11, 1, 2, 3, 1'200'000), kind::utc});
    t["dtmin"] = of(date_time{});
    t["dtmax"] = of(date_time{ticks_of(9999, 12, 31, 23, 59, 59, 9'999'999), kind::unspecified});
    t["dtminutc"] = of(date_time{0, kind::utc});
    t["dt1969"] = of(date_time{ticks_of(1969, 12, 31, 23, 59, 59), kind::utc});
    t["dt2106"] = of(date_time{ticks_of(2106, 2, 7, 6, 28, 16), kind::utc});
    t["dt2600"] = of(date_time{ticks_of(2600, 1, 1), kind::utc});
    t["dto"] = of(date_time_offset{leap, 330});
    t["dtoutc"] = of(date_time_offset{second, 0});
    t["dtoneg"] = of(date_time_offset{second, -480});
    t["ts"] = of(time_span{((26 * 60 + 3) * 60 + 4) * ticks_per_second + 50'000});
    t["ts0"] = of(time_span{});
    t["tsneg"] = of(time_span{-15'000'000});
    t["tsticks"] = of(time_span{1});
    t["tsmax"] = of(time_span{std::numeric_limits<std::int64_t>::max()});
    t["dateonly"] = of(date_only{ticks_of(2024, 2, 29) / (86'400 * ticks_per_second)});
    t["timeonly"] = of(time_only{((13 * 60 + 14) * 60 + 15) * ticks_per_second + 1'670'000});
}

void add_texts(table& t) {
    using namespace std::string_literals;
    t["strempty"] = of(""s);
    t["strascii"] = of("plain"s);
    t["strquote"] = of("a\"b\\c/d"s);
    t["strctl"] = of("\0\x01\b\t\n\f\r\x1e\x1f\x7f"s);
    t["strhtml"] = of("<a href='x'>&+`</a>"s);
    t["strlatin"] = of("é ñ ü"s);
    t["strcjk"] = of("日本語"s);
    t["stremoji"] = of("😀👩\u200d👩\u200d👧"s);
    t["strsep"] = of("\u2028\u2029\u0085\u00a0\ufeff\u200b"s);
    // UTF-8 has no lone surrogates: a byte that is no UTF-8 at all becomes the same U+FFFD.
    for (const char* name : {"strlone", "strlone2"})
        t[name] = either(
            [](value_writer& to) {
                to.text(
                    "a\xff"
                    "b");
            },
            [](value_writer& to) {
                to.text(
                    "a\ufffd"
                    "b");
            });
    t["strbmpend"] = of("\ufffd\ufffe\uffff"s);
    t["strpua"] = of("\ue000"s);
    for (const int n : {31, 32, 255, 256, 65536})
        t["str" + std::to_string(n)] = of(std::string(static_cast<std::size_t>(n), 'x'));
    t["guid"] = of(guid{"00010203-0405-0607-0706-050403020100"});
    t["guidempty"] = of(guid{"00000000-0000-0000-0000-000000000000"});
    t["char"] = of(character{'x'});
    t["charu"] = of(character{U'é'});
    t["uri"] = of("https://example.test/a?b=c&d=é"s);
    t["version"] = of("1.2.3.4"s);
    t["bytes"] = of(bytes{"\0\x01\x02\xfa\xff"s});
    t["bytes0"] = of(bytes{});
    t["bytes300"] = of(bytes{std::string(300, '\0')});
}

void add_compounds(table& t) {
    t["null"] = of(optional_text{});
    t["true"] = of(true);
    t["false"] = of(false);
    t["enum"] = of(colour::Green);
    t["enumundef"] = of(static_cast<colour>(42));
    t["enumflags"] = of(access::All);
    t["enumflags8"] = of(static_cast<access>(9));
    t["dict"] = {write_dictionary};
    t["dictint"] = {write_number_key};
    t["nested"] = of(example_of_nested());
    t["rec"] = of(record{1, "b"});
    t["struct"] = either([](value_writer& to) { codec<mixed>::write(to, {}); },
                         [](value_writer& to) { codec<mixed_with_field>::write(to, {}); });
    t["anon"] = of(anonymous{});
    t["tuple"] = either(
        [](value_writer& to) {
            to.begin_object(0);
            to.end_object();
        },
        write_pair);
    t["ctuple"] = either([](value_writer& to) { codec<class_tuple>::write(to, {}); }, write_pair);
    t["array"] = {write_mixed_array};
    t["list"] = of(std::vector<std::string>{"a", "b"});
    t["emptylist"] = of(std::vector<std::string>{});
    t["matrix"] = of(std::vector<std::vector<int>>{{1}, {2, 3}});
    for (const int n : {15, 16}) {
        std::vector<int> numbers;
        for (int i = 0; i < n; ++i) numbers.push_back(i);
        t["arr" + std::to_string(n)] = of(numbers);
    }
    t["complex"] = of(example_of_complex());
    t["notification"] = of(notification{});
}

const any_value& value_of(const std::string& kind) {
    static const table values = [] {
        table t;
        add_numbers(t);
        add_times(t);
        add_texts(t);
        add_compounds(t);
        return t;
    }();
    const auto found = values.find(kind);
    if (found == values.end()) throw hub_exception{"unknown kind " + kind};
    return found->second;
}

template <class T>
void add_echo(hub& hub, std::string name) {
    hub.on(std::move(name), [](T value) { return value; });
}

std::string kind_of(date_time v) {
    const char* names[] = {"Unspecified", "Utc", "Local"};
    return std::string{names[static_cast<std::size_t>(v.what)]} + " " + std::to_string(v.ticks);
}

}  // namespace

nested example_of_nested() {
    nested n;
    n.Id = 7;
    n.Child = child{"c", {"1.50"}};
    n.Items = std::vector<child>{{"i1", {"10"}}, {std::nullopt, {"-0.1"}}};
    n.Map = std::map<std::string, int>{{"One", 1}, {"two", 2}};
    n.Favourite = colour::Green;
    n.URLValue = "u";
    return n;
}

void add_values(hub& hub) {
    hub.on("Value", [](std::string kind) { return value_of(kind); });
    hub.on("SendValue",
           [](caller_context& by, std::string kind) { by.clients().caller().send("Value", value_of(kind)); });
    hub.on("TypeOfObject", [](object_type type) { return type.name; });
    hub.on("KindOf", kind_of);
    hub.on("SendComplexObject", [] { return example_of_complex(); });
    add_echo<complex_object>(hub, "EchoComplexObject");
    add_echo<boost::json::value>(hub, "EchoObject");
    add_echo<int>(hub, "EchoInt");
    add_echo<std::int64_t>(hub, "EchoLong");
    add_echo<std::uint64_t>(hub, "EchoULong");
    add_echo<std::uint8_t>(hub, "EchoByte");
    add_echo<decimal>(hub, "EchoDecimal");
    add_echo<double>(hub, "EchoDouble");
    add_echo<float>(hub, "EchoFloat");
    add_echo<bool>(hub, "EchoBool");
    add_echo<optional_text>(hub, "EchoNullableString");
    add_echo<character>(hub, "EchoChar");
    add_echo<date_time>(hub, "EchoDateTime");
    add_echo<date_time_offset>(hub, "EchoDto");
    add_echo<time_span>(hub, "EchoTimeSpan");
    add_echo<guid>(hub, "EchoGuid");
    add_echo<colour>(hub, "EchoEnum");
    add_echo<std::optional<bytes>>(hub, "EchoBytes");
    add_echo<std::optional<int>>(hub, "EchoNullableInt");
    add_echo<std::optional<std::map<std::string, int>>>(hub, "EchoDict");
    add_echo<std::optional<nested>>(hub, "EchoNested");
    add_echo<std::optional<record>>(hub, "EchoRec");
    add_echo<std::optional<std::vector<int>>>(hub, "EchoInts");
    add_echo<date_only>(hub, "EchoDateOnly");
    add_echo<std::string>(hub, "EchoUri");
}

}  // namespace conformance
