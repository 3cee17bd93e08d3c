// What reaches Redis, as MONITOR tells it.
#pragma once
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace signalr::testing {

class redis_monitor {
public:
    // `instead`: another command, of which only the answer's beginning is read.
    explicit redis_monitor(std::uint16_t port, const std::string& instead = "MONITOR\r\n") : socket_{io_} {
        socket_.connect({boost::asio::ip::address_v4::loopback(), port});
        boost::asio::write(socket_, boost::asio::buffer(instead));
        char answered[4];  // of "+OK", ":2"
        boost::asio::read(socket_, boost::asio::buffer(answered));
        reader_ = std::thread{[this] { read(); }};
    }
    ~redis_monitor() {
        boost::system::error_code ignored;
        socket_.shutdown(boost::asio::socket_base::shutdown_both, ignored);
        reader_.join();
    }

    // The commands so far whose name is `what`; each as its arguments, unescaped.
    std::vector<std::vector<std::string>> commands(std::string_view what) {
        const std::scoped_lock lock{guard_};
        std::vector<std::vector<std::string>> found;
        for (const auto& c : commands_)
            if (!c.empty() && c[0] == what) found.emplace_back(c.begin() + 1, c.end());
        return found;
    }

    // Their arguments, one after the other: a command may have several channels.
    std::vector<std::string> all_arguments(std::string_view what) {
        std::vector<std::string> all;
        for (const auto& c : commands(what)) all.insert(all.end(), c.begin(), c.end());
        return all;
    }

private:
    void read() {
        std::string text;
        std::array<char, 16 * 1024> some;
        boost::system::error_code ec;
        for (std::size_t n = 0; (n = socket_.read_some(boost::asio::buffer(some), ec)) > 0 && !ec;) {
            text.append(some.data(), n);
            for (auto end = text.find("\r\n"); end != std::string::npos; end = text.find("\r\n")) {
                const std::scoped_lock lock{guard_};
                commands_.push_back(arguments(text.substr(0, end)));
                text.erase(0, end + 2);
            }
        }
    }
    // +1700000000.123456 [0 127.0.0.1:5] "PUBLISH" "a" "\x92\x90"
    static std::vector<std::string> arguments(const std::string& line) {
        std::vector<std::string> all;
        for (std::size_t i = 0; i < line.size(); ++i) {
            if (line[i] != '"') continue;
            std::string one;
            for (++i; i < line.size() && line[i] != '"'; ++i) {
                if (line[i] != '\\') {
                    one += line[i];
                } else if (line[++i] == 'x') {
                    one += static_cast<char>(std::stoi(line.substr(i + 1, 2), nullptr, 16));
                    i += 2;
                } else {
                    const std::string_view names = "nrtab", values = "\n\r\t\a\b";
                    const auto at = names.find(line[i]);
                    one += at == std::string_view::npos ? line[i] : values[at];
                }
            }
            all.push_back(std::move(one));
        }
        return all;
    }

    boost::asio::io_context io_;
    boost::asio::ip::tcp::socket socket_;
    std::mutex guard_;
    std::vector<std::vector<std::string>> commands_;
    std::thread reader_;
};

}  // namespace signalr::testing
