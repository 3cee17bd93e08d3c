// A blocking HTTP client with one connection, for tests whose threads are the clients.
#pragma once
#include <sys/socket.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace signalr::testing {

struct got {
    unsigned status = 0;
    std::string body;
};

class http_line {
public:
    explicit http_line(std::uint16_t port) : socket_{context_} {
        socket_.connect({boost::asio::ip::make_address("127.0.0.1"), port});
        const timeval limit{20, 0};
        ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    }
    void send(std::string_view verb, std::string_view target, std::string_view body = {}, std::string_view more = {}) {
        const std::string text = std::string{verb} + " " + std::string{target} + " HTTP/1.1\r\nHost: x\r\n" +
                                 std::string{more} + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                                 std::string{body};
        boost::asio::write(socket_, boost::asio::buffer(text));
    }
    // Bytes until they contain `what`; less when the peer ended or time is up.
    std::string read_until(std::string_view what) {
        char piece[4096];
        while (buffer_.find(what) == std::string::npos) {
            const auto n = ::recv(socket_.native_handle(), piece, sizeof piece, 0);
            if (n <= 0) break;
            buffer_.append(piece, static_cast<std::size_t>(n));
        }
        const auto at = buffer_.find(what);
        const auto size = at == std::string::npos ? buffer_.size() : at + what.size();
        auto head = buffer_.substr(0, size);
        buffer_.erase(0, size);
        return head;
    }
    got receive() {
        const auto head = read_until("\r\n\r\n");
        if (head.size() < 12) return {};
        got answer{static_cast<unsigned>(std::stoi(head.substr(9, 3))), {}};
        const auto at = head.find("Content-Length: ");
        const auto size = at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
        while (buffer_.size() < size) {
            char piece[4096];
            const auto n = ::recv(socket_.native_handle(), piece, sizeof piece, 0);
            if (n <= 0) return {};
            buffer_.append(piece, static_cast<std::size_t>(n));
        }
        answer.body = buffer_.substr(0, size);
        buffer_.erase(0, size);
        return answer;
    }
    got ask(std::string_view verb, std::string_view target, std::string_view body = {}) {
        send(verb, target, body);
        return receive();
    }
    // Bytes as they come; empty: the peer ended, or time is up.
    std::string receive_some() {
        if (!buffer_.empty()) return std::exchange(buffer_, {});
        char piece[4096];
        const auto n = ::recv(socket_.native_handle(), piece, sizeof piece, 0);
        return n > 0 ? std::string(piece, static_cast<std::size_t>(n)) : std::string{};
    }
    void send_bytes(std::string_view bytes) {
        boost::system::error_code ignored;
        boost::asio::write(socket_, boost::asio::buffer(bytes), ignored);
    }
    void hang_up() { socket_.close(); }

private:
    boost::asio::io_context context_;
    boost::asio::ip::tcp::socket socket_;
    std::string buffer_;
};

}  // namespace signalr::testing
