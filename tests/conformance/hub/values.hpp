// The reference hub's own types.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dotnet.hpp"
#include "signalr/codec.hpp"

namespace conformance {

enum class colour { None = 0, Red = 1, Green = 5 };
SIGNALR_DESCRIBE_ENUM(colour, None, Red, Green)
enum class access { None = 0, Read = 1, Write = 2, All = 3 };
SIGNALR_DESCRIBE_ENUM(access, None, Read, Write, All)

struct child {
    std::optional<std::string> Name;
    decimal Amount;
};
SIGNALR_DESCRIBE(child, Name, Amount)

struct nested {
    int Id = 0;
    std::optional<child> Child;
    std::optional<std::vector<child>> Items = std::vector<child>{};
    std::optional<std::map<std::string, int>> Map = std::map<std::string, int>{};
    std::optional<colour> Favourite;
    std::optional<std::string> URLValue;
};
SIGNALR_DESCRIBE(nested, Id, Child, Items, Map, Favourite, URLValue)

struct record {
    int A = 0;
    std::optional<std::string> B;
};
SIGNALR_DESCRIBE(record, A, B)

struct complex_object {
    std::optional<std::string> String;
    std::optional<std::vector<int>> IntArray;
    std::optional<signalr::bytes> ByteArray;
    guid Guid{"00000000-0000-0000-0000-000000000000"};
    date_time DateTime;
};
SIGNALR_DESCRIBE(complex_object, String, IntArray, ByteArray, Guid, DateTime)

nested example_of_nested();

}  // namespace conformance
