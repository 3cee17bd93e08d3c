#include "handshake.hpp"

#include <gtest/gtest.h>

using namespace signalr;

TEST(Handshake, NamesTheProtocolInAnyCase) {
    for (const char* text : {R"({"protocol":"json","version":1})", R"({"version":0,"x":[1],"protocol":"JSON"})",
                             R"({"protocol":"dummy","protocol":"json","version":2} trailing)"}) {
        const auto found = read_handshake(text, false);
        ASSERT_TRUE(found) << text;
        EXPECT_EQ((*found)->name(), "json");
    }
}

TEST(Handshake, SaysWhyItIsRefused) {
    const std::pair<const char*, const char*> cases[]{
        {R"({"protocol":"messagepack","version":1})", "The protocol 'messagepack' is not supported."},
        {R"({"protocol":"json","version":9001})", "The server does not support version 9001 of the 'json' protocol."},
        {R"({"protocol":"json","version":"1"})", "An unexpected error occurred during connection handshake."},
        {R"({"protocol":"json"})", "An unexpected error occurred during connection handshake."},
        {"", "An unexpected error occurred during connection handshake."},
        {"\xef\xbb\xbf{\"protocol\":\"json\",\"version\":1}",
         "An unexpected error occurred during connection handshake."}};
    for (const auto& [text, why] : cases) {
        const auto found = read_handshake(text, false);
        ASSERT_FALSE(found) << text;
        EXPECT_EQ(found.error(), why);
    }
}

TEST(Handshake, FramesItsError) { EXPECT_EQ(handshake_error("a\"b"), "{\"error\":\"a\\\"b\"}\x1e"); }
