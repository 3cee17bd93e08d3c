// TLS on bytes alone (two channels, no socket), and on real sockets both sides.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "certificates.hpp"
#include "loopback.hpp"
#include "tls_channel.hpp"

namespace net {
namespace {

using namespace std::chrono_literals;
using testing::call_on;
using testing::certificates;
using testing::eventually;
using ::testing::HasSubstr;
using testing::recorder;
using testing::script;

const certificates& shared_certificates() {
    static const certificates made;
    return made;
}

std::shared_ptr<tls_context> server_context(const certificates& from = shared_certificates()) {
    tls_server_options o;
    o.certificate_path = from.chain();
    o.key_path = from.key();
    return *make_tls_server(o);
}

std::shared_ptr<tls_context> client_context(bool verify = true) {
    tls_client_options o;
    o.ca_path = shared_certificates().ca();
    o.verify = verify;
    return *make_tls_client(o);
}

// Two channels whose wires are crossed; bytes travel in pieces of a given size.
struct crossed {
    explicit crossed(const std::string& host = "localhost", std::size_t piece = 1'000'000, bool verify = true)
        : client{tls_channel::make(client_context(verify), host)},
          server{tls_channel::make(server_context(), {})},
          piece_{piece} {}

    void run() {
        drive(*client, {}, at_client);
        for (int turns = 0; turns < 100; ++turns) {
            const bool moved = move(*client, *server, at_server);
            if (!move(*server, *client, at_client) && !moved) return;
        }
    }
    std::unique_ptr<tls_channel> client, server;
    std::string at_client, at_server;

private:
    static void drive(tls_channel& c, std::string_view bytes, std::string& plain) {
        char into[20'000];
        c.feed(bytes);
        while (const auto n = c.read(into, sizeof into)) plain.append(into, n);
    }
    bool move(tls_channel& from, tls_channel& to, std::string& plain) const {
        auto bytes = std::exchange(from.outgoing(), {});
        for (std::size_t at = 0; at < bytes.size(); at += piece_)
            drive(to, std::string_view{bytes}.substr(at, piece_), plain);
        return !bytes.empty();
    }
    std::size_t piece_;
};

TEST(TlsChannel, CarriesBytesBothWaysHoweverTheyAreCut) {
    const std::string text(50'000, 't');
    for (const std::size_t piece : {1U, 5U, 1'000U, 1'000'000U}) {
        crossed wire{"localhost", piece};
        wire.run();
        ASSERT_EQ(tls_channel::state::open, wire.client->now()) << wire.client->failure();
        ASSERT_EQ(tls_channel::state::open, wire.server->now()) << wire.server->failure();

        EXPECT_EQ(text.size(), wire.client->seal(text));
        EXPECT_EQ(5U, wire.server->seal("reply"));
        wire.run();

        EXPECT_TRUE(text == wire.at_server);
        EXPECT_EQ("reply", wire.at_client);
    }
}

TEST(TlsChannel, SaysGoodbyeInOrder) {
    crossed wire;
    wire.run();

    wire.client->shut();
    wire.run();

    EXPECT_EQ(tls_channel::state::closed, wire.server->now());
    EXPECT_EQ(4U, wire.server->seal("last"));
}

TEST(TlsChannel, RefusesACertificateForAnotherHost) {
    crossed wire{"other.example"};
    wire.run();

    EXPECT_EQ(tls_channel::state::failed, wire.client->now());
    EXPECT_THAT(wire.client->failure(), HasSubstr("ostname mismatch"));
}

TEST(TlsChannel, AcceptsTheAddressTheCertificateNames) {
    crossed wire{"127.0.0.1"};
    wire.run();
    EXPECT_EQ(tls_channel::state::open, wire.client->now());

    crossed other{"127.0.0.2"};
    other.run();
    EXPECT_EQ(tls_channel::state::failed, other.client->now());
}

TEST(TlsChannel, AcceptsAnythingWhenToldNotToVerify) {
    crossed wire{"other.example", 1'000'000, false};
    wire.run();

    EXPECT_EQ(tls_channel::state::open, wire.client->now());
}

TEST(TlsChannel, FailsOnWhatIsNotTls) {
    auto server = tls_channel::make(server_context(), {});
    char into[100];

    server->feed("GET / HTTP/1.1\r\nHost: x\r\n\r\n");

    EXPECT_EQ(0U, server->read(into, sizeof into));
    EXPECT_EQ(tls_channel::state::failed, server->now());
}

TEST(TlsContext, NamesTheFileThatIsNoGood) {
    tls_server_options o;
    o.certificate_path = "/nowhere/cert.pem";
    o.key_path = shared_certificates().key();
    EXPECT_THAT(make_tls_server(o).error().message, HasSubstr("/nowhere/cert.pem"));

    o = {};
    o.pfx_path = shared_certificates().pfx();
    o.pfx_password = "wrong";
    EXPECT_FALSE(make_tls_server(o));
    o.pfx_password = certificates::pfx_password;
    EXPECT_TRUE(make_tls_server(o));
}

TEST(TlsContext, RefusesAKeyThatBelongsToAnotherCertificate) {
    const certificates other;
    tls_server_options o;
    o.certificate_path = shared_certificates().chain();
    o.key_path = other.key();

    EXPECT_FALSE(make_tls_server(o));
}

class TlsLoopback : public ::testing::Test {
protected:
    void SetUp() override { all.start(); }
    std::unique_ptr<listener> serve(protocol_factory make) {
        listen_options o;
        o.tls = server_context();
        return std::move(*listen(all, o, std::move(make)));
    }
    base::result<std::shared_ptr<connection>> dial(std::uint16_t port, std::shared_ptr<tls_context> tls,
                                                   std::shared_ptr<recorder::log> log) {
        connect_options to;
        to.host = "127.0.0.1";
        to.port = port;
        to.tls = std::move(tls);
        return testing::dial(all.at(0), to, std::make_unique<recorder>(std::move(log)));
    }
    loops all{2};
};

TEST_F(TlsLoopback, EchoesAMegabyte) {
    auto port = serve(script::echo());
    auto log = std::make_shared<recorder::log>();
    auto c = dial(port->port(), client_context(), log);
    ASSERT_TRUE(c) << c.error().message;
    std::string text;
    while (text.size() < 1'000'000) text += std::to_string(text.size()) + ",";

    call_on(all.at(0), [&] {
        EXPECT_TRUE((*c)->secure());
        (*c)->send(std::string_view{text});
    });

    EXPECT_TRUE(eventually([&] { return log->text().size() == text.size(); }));
    EXPECT_TRUE(log->text() == text);
    call_on(all.at(0), [&] { (*c)->close(); });
    EXPECT_TRUE(eventually([&] { return port->open_connections() == 0; }));
}

TEST_F(TlsLoopback, TellsTheClientWhyItDoesNotTrust) {
    auto port = serve(script::echo());
    tls_client_options system;  // knows nothing of our authority
    auto c = dial(port->port(), *make_tls_client(system), std::make_shared<recorder::log>());

    ASSERT_FALSE(c);
    EXPECT_THAT(c.error().message, HasSubstr("certificate"));
    EXPECT_TRUE(eventually([&] { return port->open_connections() == 0; }));
}

TEST_F(TlsLoopback, SurvivesPeersThatSpeakNoTls) {
    auto port = serve(script::echo());
    testing::plain_socket s{port->port()};

    s.write("GET / HTTP/1.1\r\n\r\n");
    s.read_to_end();

    EXPECT_TRUE(eventually([&] { return port->open_connections() == 0; }));
}

TEST_F(TlsLoopback, FailsToConnectToAPlainServer) {
    auto port = std::move(*listen(all, {}, script::echo()));

    EXPECT_FALSE(dial(port->port(), client_context(), std::make_shared<recorder::log>()));
}

TEST_F(TlsLoopback, SendsTheLastWordsBeforeItCloses) {
    auto port = serve(script::goodbye("last words"));
    auto log = std::make_shared<recorder::log>();
    auto c = dial(port->port(), client_context(), log);
    ASSERT_TRUE(c);

    call_on(all.at(0), [&] { (*c)->send(std::string_view{"x"}); });

    EXPECT_TRUE(eventually([&] { return log->ended() == end_reason::peer_closed; }));
    EXPECT_EQ("last words", log->text());
}

}  // namespace
}  // namespace net
