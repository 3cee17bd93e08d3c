// TLS with certificates made for the test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "calls.hpp"
#include "certificates.hpp"
#include "redis_server.hpp"

namespace redis {
namespace {

using testing::eventually;
using ::testing::HasSubstr;
using testing::redis_server;
using testing::told;

struct TlsRedis : ::testing::Test {
    net::testing::certificates files;
    redis_server server{{"--tls-cert-file", files.chain(), "--tls-key-file", files.key(), "--tls-ca-cert-file",
                         files.ca(), "--requirepass", "s3cret"}};
    testing::two_loops loops;

    settings to(const std::string& host) {
        auto s = server.to();
        s.endpoints[0].host = host;
        s.tls = true;
        s.tls_ca = files.ca();
        s.password = "s3cret";
        return s;
    }
};

TEST_F(TlsRedis, CarriesCommandsAndMessages) {
    auto c = make_client(loops.redis(), to("localhost"));
    auto sub = make_subscriber(loops.redis(), to("127.0.0.1"));
    ASSERT_TRUE(c) << c.error().message;
    ASSERT_TRUE(sub) << sub.error().message;
    ASSERT_TRUE(loops.run([&] { return (*c)->ready(); })) << (*c)->state().last_error;
    const std::string large(1'000'000, 'x');
    EXPECT_EQ("OK", told(loops.run([&] { return (*c)->command("SET", "k", large); })));
    EXPECT_EQ(large, told(loops.run([&] { return (*c)->command("GET", "k"); })));

    std::atomic<std::size_t> got{0};
    const auto handler = [&](std::string_view, std::string_view payload) { got += payload.size(); };
    ASSERT_TRUE(loops.run([&] { return (*sub)->subscribe("a", handler); }));
    EXPECT_EQ("1", told(loops.run([&] { return (*c)->command("PUBLISH", "a", large); })));
    EXPECT_TRUE(eventually([&] { return got == large.size(); }));
}

TEST_F(TlsRedis, RefusesAServerWhoseAuthorityItDoesNotKnow) {
    auto s = to("localhost");
    net::testing::certificates others;
    s.tls_ca = others.ca();
    auto c = make_client(loops.redis(), s);
    ASSERT_TRUE(c);
    ASSERT_TRUE(eventually([&] { return !(*c)->state().last_error.empty(); }));
    EXPECT_FALSE((*c)->state().connected);
    EXPECT_THAT((*c)->state().last_error, HasSubstr("certificate"));
}

TEST_F(TlsRedis, RefusesAServerThatHasAnotherName) {
    net::testing::certificates elsewhere{"elsewhere.example"};
    redis_server other{{"--tls-cert-file", elsewhere.chain(), "--tls-key-file", elsewhere.key(), "--tls-ca-cert-file",
                        elsewhere.ca()}};
    auto s = other.to();
    s.endpoints[0].host = "localhost";
    s.tls = true;
    s.tls_ca = elsewhere.ca();
    auto c = make_client(loops.redis(), s);
    ASSERT_TRUE(c);
    ASSERT_TRUE(eventually([&] { return !(*c)->state().last_error.empty(); }));
    EXPECT_FALSE((*c)->state().connected);
}

TEST_F(TlsRedis, SaysWhenItCannotWork) {
    auto s = to("localhost");
    s.tls_ca = "/nowhere/ca.pem";
    auto c = make_client(loops.redis(), s);
    ASSERT_FALSE(c);
    s = to("localhost");
    s.tls_host = "redis.example";
    EXPECT_FALSE(make_subscriber(loops.redis(), s));
}

}  // namespace
}  // namespace redis
