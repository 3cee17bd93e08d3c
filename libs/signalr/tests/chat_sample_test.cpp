// The sample of the README as a program of its own, talked to over sockets.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "net/websocket/codec.hpp"

namespace {

constexpr timeval patience{20, 0};

class program {
public:
    explicit program(const char* path) {
        std::array<int, 2> pipe{};
        if (::pipe(pipe.data()) != 0) std::abort();
        child_ = ::fork();
        if (child_ == 0) {
            ::dup2(pipe[1], STDOUT_FILENO);
            ::execl(path, path, "0", nullptr);
            ::_exit(127);
        }
        ::close(pipe[1]);
        for (char c = 0; ::read(pipe[0], &c, 1) == 1 && c != '\n';) line += c;
        ::close(pipe[0]);
    }
    ~program() {
        if (child_ > 0) ::kill(child_, SIGKILL), ::waitpid(child_, nullptr, 0);
    }
    std::uint16_t port() const { return static_cast<std::uint16_t>(std::stoi(line.substr(line.rfind(':') + 1))); }
    void ask_to_end() const { ::kill(child_, SIGTERM); }
    int wait_for_end() {
        int status = -1;
        ::waitpid(std::exchange(child_, 0), &status, 0);
        return status;
    }

    std::string line;  // the first it says

private:
    pid_t child_ = 0;
};

// A client with a blocking socket.
class guest {
public:
    guest(std::uint16_t port, const std::string& user) : socket_{::socket(AF_INET, SOCK_STREAM, 0)} {
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) return;
        write("GET /chat?user=" + user +
              " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        while (bytes_.find("\r\n\r\n") == std::string::npos && more()) continue;
        bytes_.erase(0, bytes_.find("\r\n\r\n") + 4);
        say("{\"protocol\":\"json\",\"version\":1}");
        hear(1);
    }
    ~guest() { ::close(socket_); }

    void say(const std::string& message) {
        const net::websocket::mask_key mask{1, 2, 3, 4};
        std::string frame;
        net::websocket::append_frame(frame, net::websocket::opcode::text, message + "\x1e", true, &mask);
        write(frame);
    }
    // The next so many messages, fewer if the connection ends.
    std::vector<std::string> hear(std::size_t count) {
        while (heard_.size() < count && (take() || more())) continue;
        std::vector<std::string> out{heard_.begin(),
                                     heard_.begin() + static_cast<std::ptrdiff_t>(std::min(count, heard_.size()))};
        heard_.erase(heard_.begin(), heard_.begin() + static_cast<std::ptrdiff_t>(out.size()));
        return out;
    }

private:
    void write(std::string_view bytes) {
        EXPECT_EQ(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL), std::ssize(bytes));
    }
    bool more() {
        std::array<char, 4096> part{};
        const auto n = ::recv(socket_, part.data(), part.size(), 0);
        if (n > 0) bytes_.append(part.data(), static_cast<std::size_t>(n));
        return n > 0;
    }
    bool take() {
        const auto step = decoder_.next(bytes_.data(), bytes_.size());
        if (!step || step->used == 0) return false;
        std::string_view payload = step->value.payload;
        for (auto end = payload.find('\x1e'); end != std::string_view::npos; end = payload.find('\x1e')) {
            heard_.emplace_back(payload.substr(0, end));
            payload.remove_prefix(end + 1);
        }
        bytes_.erase(0, step->used);
        return true;
    }

    int socket_;
    std::string bytes_;
    net::websocket::decoder decoder_{net::websocket::role::client, 1 << 20};
    std::vector<std::string> heard_;
};

using strings = std::vector<std::string>;

}  // namespace

TEST(ChatSample, LetsGuestsOfARoomTalk) {
    program chat{CHAT_SAMPLE};
    ASSERT_TRUE(chat.line.starts_with("http://127.0.0.1:")) << chat.line;
    auto first = std::make_unique<guest>(chat.port(), "anna"), second = std::make_unique<guest>(chat.port(), "bob");
    auto &anna = *first, &bob = *second;
    anna.say(R"({"type":1,"invocationId":"1","target":"Send","arguments":["too early"]})");
    EXPECT_EQ(anna.hear(1), strings{R"({"type":3,"invocationId":"1","error":"An unexpected error occurred invoking )"
                                    R"('Send' on the server. HubException: enter a room first"})"});
    anna.say(R"({"type":1,"invocationId":"2","target":"Enter","arguments":["red"]})");
    EXPECT_EQ(anna.hear(1), strings{R"({"type":3,"invocationId":"2","result":null})"});
    bob.say(R"({"type":1,"invocationId":"1","target":"enter","arguments":["red"]})");
    EXPECT_EQ(bob.hear(1), strings{R"({"type":3,"invocationId":"1","result":null})"});
    bob.say(R"({"type":1,"target":"Send","arguments":["hello"]})");

    EXPECT_EQ(anna.hear(2), (strings{R"({"type":1,"target":"Said","arguments":["","bob is here"]})",
                                     R"({"type":1,"target":"Said","arguments":["bob","hello"]})"}));
    EXPECT_EQ(bob.hear(1), strings{R"({"type":1,"target":"Said","arguments":["bob","hello"]})"});
    bob.say(R"({"type":4,"invocationId":"2","target":"Countdown","arguments":[2]})");
    EXPECT_EQ(bob.hear(3), (strings{R"({"type":2,"invocationId":"2","item":2})",
                                    R"({"type":2,"invocationId":"2","item":1})", R"({"type":3,"invocationId":"2"})"}));
    chat.ask_to_end();
    EXPECT_EQ(anna.hear(1), strings{R"({"type":7,"allowReconnect":true})"});
    first.reset();
    second.reset();
    const int status = chat.wait_for_end();
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}
