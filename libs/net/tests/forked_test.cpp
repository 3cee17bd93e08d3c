// A process that forked holds every socket until it execs: closing one then takes it out of no epoll by itself.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vector>

#include "loopback.hpp"

namespace net {
namespace {

using testing::call_on;
using testing::eventually;
using testing::plain_socket;
using testing::recorder;

// Second descriptors of all open sockets, as a child's.
class held_sockets {
public:
    held_sockets() {
        for (int fd = 3; fd < 1024; ++fd) {
            int type = 0;
            socklen_t size = sizeof type;
            if (::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0) copies_.push_back(::dup(fd));
        }
    }
    ~held_sockets() {
        for (const int fd : copies_) ::close(fd);
    }
    held_sockets(const held_sockets&) = delete;
    held_sockets& operator=(const held_sockets&) = delete;

private:
    std::vector<int> copies_;
};

TEST(AForkedProcess, KeepsNoEventsComingForAConnectionThatHasEnded) {
    loops all{1};
    all.start();
    const auto told = std::make_shared<recorder::log>();
    connection* wire = nullptr;
    class rider final : public recorder {
    public:
        rider(connection** where, std::shared_ptr<log> l) : recorder{std::move(l)}, where_{where} {}
        void attached(connection& c) override {
            recorder::attached(c);
            *where_ = &c;
        }

    private:
        connection** where_;
    };
    const auto port = *listen(all, {}, [&](loop&) { return std::make_unique<rider>(&wire, told); });
    plain_socket peer{port->port()};
    ASSERT_TRUE(eventually([&] { return port->open_connections() == 1; }));
    call_on(all.at(0), [] {});
    const held_sockets as_a_child_would;

    call_on(all.at(0), [&] { wire->abort(); });
    ASSERT_TRUE(eventually([&] { return port->open_connections() == 0; }));
    peer.write("to nobody");  // the socket is ready, and the connection is no more

    for (int turn = 0; turn < 20; ++turn) call_on(all.at(0), [] {});
    EXPECT_TRUE(told->text().empty());
}

}  // namespace
}  // namespace net
