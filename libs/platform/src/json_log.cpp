#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <thread>

#include "log_line.hpp"
#include "platform/service.hpp"
#include "text.hpp"

namespace platform {
namespace {

constexpr std::chrono::milliseconds gathers_for{5};

class threaded_log final : public json_log {
public:
    threaded_log(base::log_level least, int file, std::size_t buffer) : least_{least}, file_{file}, most_{buffer} {
        writer_ = std::thread{[this] { run(); }};
    }
    ~threaded_log() override {
        {
            const std::scoped_lock lock{guard_};
            ending_ = true;
        }
        wake_.notify_one();
        writer_.join();
    }

    bool enabled(base::log_level level) const noexcept override { return level >= least_; }

    void write(base::log_level level, std::string_view message, std::initializer_list<base::log_field> fields,
               const base::log_link* scope) noexcept override try {
        if (!enabled(level)) return;
        std::string line;
        line.reserve(256);
        append_log_line(line, base::system_clock().now(), level, message, fields, scope);
        line += '\n';
        bool wakes = false;
        {
            const std::scoped_lock lock{guard_};
            if (waiting_.size() + line.size() > most_) {
                ++dropped_;
                ++untold_;
                return;
            }
            wakes = waiting_.empty();
            waiting_ += line;
            if (!hurried_ && (level == base::log_level::error || waiting_.size() > most_ / 2)) wakes = hurried_ = true;
        }
        if (wakes) wake_.notify_one();
    } catch (...) {
        ++dropped_;  // no memory: the line is lost, the work goes on
    }

    std::uint64_t dropped() const noexcept override { return dropped_; }

    void flush() override {
        std::unique_lock lock{guard_};
        hurried_ = true;
        wake_.notify_one();
        idle_.wait_for(lock, std::chrono::seconds{2}, [this] { return waiting_.empty() && !writing_; });
    }

private:
    void run() {
        std::string taken;
        std::unique_lock lock{guard_};
        while (true) {
            wake_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
            if (waiting_.empty()) return;
            // What comes within a moment goes along, and whoever writes it does not have to wake this thread.
            wake_.wait_for(lock, gathers_for, [this] { return ending_ || hurried_; });
            hurried_ = false;
            taken.clear();
            taken.swap(waiting_);
            const auto lost = std::exchange(untold_, 0);
            writing_ = true;
            lock.unlock();
            if (lost) tell_lost(taken, lost);
            put(taken);
            lock.lock();
            writing_ = false;
            if (waiting_.empty()) idle_.notify_all();
        }
    }

    static void tell_lost(std::string& to, std::uint64_t lost) {
        append_log_line(to, base::system_clock().now(), base::log_level::warn, "log lines were dropped",
                        {{"Count", std::to_string(lost)}}, nullptr);
        to += '\n';
    }

    // A reader that has gone, or takes nothing for a while, costs lines, never the process.
    void put(std::string_view bytes) const {
        for (int stalled = 0; !bytes.empty() && stalled < 20;) {
            const auto n = ::write(file_, bytes.data(), bytes.size());
            if (n > 0) {
                bytes.remove_prefix(static_cast<std::size_t>(n));
            } else if (errno == EAGAIN) {
                pollfd room{file_, POLLOUT, 0};
                stalled += ::poll(&room, 1, 100) == 0;
            } else if (errno != EINTR) {
                return;
            }
        }
    }

    const base::log_level least_;
    const int file_;
    const std::size_t most_;
    std::mutex guard_;
    std::condition_variable wake_, idle_;
    std::string waiting_;
    std::uint64_t untold_ = 0;  // dropped since the last line that said so
    bool writing_ = false, ending_ = false, hurried_ = false;
    std::atomic<std::uint64_t> dropped_{0};
    std::thread writer_;  // last: it uses all of the above
};

}  // namespace

std::unique_ptr<json_log> make_json_log(base::log_level least, int file_descriptor, std::size_t buffer) {
    return std::make_unique<threaded_log>(least, file_descriptor, buffer);
}

base::log_level read_log_level(std::string_view text) {
    if (same_text(text, "debug")) return base::log_level::debug;
    if (same_text(text, "warn")) return base::log_level::warn;
    if (same_text(text, "error")) return base::log_level::error;
    return base::log_level::info;
}

std::string json_log_line(base::unix_micros at, base::log_level level, std::string_view message,
                          std::initializer_list<base::log_field> fields, const base::log_link* scope) {
    std::string out;
    append_log_line(out, at, level, message, fields, scope);
    return out;
}

void captured_log::write(base::log_level level, std::string_view message, std::initializer_list<base::log_field> fields,
                         const base::log_link* scope) noexcept try {
    auto json = json_log_line(0, level, message, fields, scope);
    const std::scoped_lock lock{guard_};
    lines_.push_back({level, std::string{message}, std::move(json)});
} catch (...) {
    return;
}

std::vector<captured_log::line> captured_log::lines() const {
    const std::scoped_lock lock{guard_};
    return lines_;
}

std::string captured_log::all() const {
    std::string out;
    for (const auto& l : lines()) (out += l.json) += '\n';
    return out;
}

}  // namespace platform
