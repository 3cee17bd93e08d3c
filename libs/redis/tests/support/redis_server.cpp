#include "redis_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

#include <chrono>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace redis::testing {
namespace {

using namespace std::chrono_literals;

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return where;
}

std::uint16_t free_port() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto where = loopback(0);
    socklen_t size = sizeof where;
    ::bind(fd, reinterpret_cast<sockaddr*>(&where), size);
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&where), &size);
    ::close(fd);
    return ntohs(where.sin_port);
}

std::string text_of(const std::filesystem::path& file) {
    std::stringstream all;
    all << std::ifstream{file}.rdbuf();
    return all.str();
}

}  // namespace

redis_server::redis_server(std::vector<std::string> options) : options_{std::move(options)} {
    std::string pattern = (std::filesystem::temp_directory_path() / "redis-test-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) throw std::runtime_error{"cannot make a temporary folder"};
    folder_ = pattern;
    for (int tries = 0; tries < 5; ++tries) {  // somebody else may take the port first
        port_ = free_port();
        if (launch()) return;
    }
    const auto log = text_of(folder_ / "log");
    std::filesystem::remove_all(folder_);
    throw std::runtime_error{"redis-server could not be started; is it installed (apt-get install redis-server)? " +
                             log};
}

redis_server::~redis_server() {
    kill();
    std::filesystem::remove_all(folder_);
}

bool redis_server::launch() {
    const bool tls = std::ranges::find(options_, "--tls-cert-file") != options_.end();
    std::vector<std::string> words{"redis-server",
                                   "--bind",
                                   "127.0.0.1",
                                   "--dir",
                                   folder_.string(),
                                   "--save",
                                   "",
                                   "--appendonly",
                                   "no",
                                   "--logfile",
                                   (folder_ / "log").string(),
                                   tls ? "--tls-port" : "--port",
                                   std::to_string(port_)};
    if (tls) words.insert(words.end(), {"--port", "0", "--tls-auth-clients", "no"});
    words.insert(words.end(), options_.begin(), options_.end());
    std::vector<char*> line;
    for (auto& w : words) line.push_back(w.data());
    line.push_back(nullptr);

    process_ = ::fork();
    if (process_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that crashed leaves nothing behind
        ::execvp("redis-server", line.data());
        ::_exit(127);
    }
    for (int i = 0; i < 2'000; ++i) {
        if (answers()) return true;
        if (::waitpid(process_, nullptr, WNOHANG) == process_) {
            process_ = -1;
            return false;
        }
        std::this_thread::sleep_for(5ms);
    }
    kill();
    return false;
}

bool redis_server::answers() const {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto where = loopback(port_);
    const bool ok = ::connect(fd, reinterpret_cast<sockaddr*>(&where), sizeof where) == 0;
    sockaddr_in mine{};
    socklen_t size = sizeof mine;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&mine), &size);
    ::close(fd);
    return ok && mine.sin_port != where.sin_port;  // a socket may have been connected to itself
}

void redis_server::kill() {
    if (process_ < 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
}

void redis_server::restart() {
    kill();
    if (!launch()) throw std::runtime_error{"redis-server could not be started again: " + text_of(folder_ / "log")};
}

void redis_server::stop() { ::kill(process_, SIGSTOP); }
void redis_server::go_on() { ::kill(process_, SIGCONT); }

settings redis_server::to() const {
    settings s;
    s.endpoints = {{"127.0.0.1", port_}};
    s.command_timeout = 20s;  // as long as a slow machine may need; a test that waits for a timeout says so
    s.heartbeat_after = 20s;
    s.heartbeat_timeout = 20s;
    s.backoff_first = 5ms;
    s.backoff_cap = 50ms;
    return s;
}

}  // namespace redis::testing
