#include "redis/batch.hpp"

#include <gtest/gtest.h>

namespace redis {
namespace {

using namespace std::string_view_literals;

TEST(Batch, EncodesArgumentsOfAnyBytes) {
    batch b;
    b.add("SET", "k\0\r\n"sv, std::string{"v"}, -12, std::uint64_t{18446744073709551615U}).add("PING");
    EXPECT_EQ(
        "*5\r\n$3\r\nSET\r\n$4\r\nk\0\r\n\r\n$1\r\nv\r\n$3\r\n-12\r\n$20\r\n18446744073709551615\r\n*1\r\n$4\r\nPING\r\n"sv,
        b.bytes());
    EXPECT_EQ(2U, b.size());
}

TEST(Batch, EncodesListsOfArguments) {
    const std::string_view args[] = {"DEL", "", "b"};
    batch b;
    b.add(arguments{args}).add(arguments{});
    EXPECT_EQ("*3\r\n$3\r\nDEL\r\n$0\r\n\r\n$1\r\nb\r\n", b.bytes());
    EXPECT_EQ(1U, b.size());
}

TEST(Script, IsCalledByItsHash) {
    const script one{"return 1"};
    EXPECT_EQ("e0e1f9fabfc9d4800c877a703b823ac0578ff8db", one.sha());
    batch b;
    b.add_script(one, {"k"}, {"a", "b"});
    EXPECT_EQ(
        "*6\r\n$7\r\nEVALSHA\r\n$40\r\ne0e1f9fabfc9d4800c877a703b823ac0578ff8db\r\n$1\r\n1\r\n$1\r\nk\r\n$1\r\na\r\n$"
        "1\r\nb\r\n",
        b.bytes());
}

TEST(Script, GoesByItsSourceOnceWhenItIsMissing) {
    const script one{"return 1"}, two{"return 2"};
    batch b;
    b.add("PING").add_script(one, {}, {"a"}).add_script(two, {}, {}).add_script(one, {}, {"c"});
    const std::size_t missing[] = {0, 2};
    const auto again = b.with_sources(missing);
    EXPECT_EQ(
        "*4\r\n$4\r\nEVAL\r\n$8\r\nreturn 1\r\n$1\r\n0\r\n$1\r\na\r\n"
        "*4\r\n$7\r\nEVALSHA\r\n$40\r\ne0e1f9fabfc9d4800c877a703b823ac0578ff8db\r\n$1\r\n0\r\n$1\r\nc\r\n",
        again.bytes());
    EXPECT_EQ(2U, again.size());
}

}  // namespace
}  // namespace redis
