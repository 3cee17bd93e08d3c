// Counters, gauges and histograms that any room may own; platform writes them out as Prometheus text.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace base {

class counter {
public:
    void add(std::uint64_t n = 1) noexcept { value_.fetch_add(n, std::memory_order_relaxed); }
    std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

class gauge {
public:
    void set(std::int64_t v) noexcept { value_.store(v, std::memory_order_relaxed); }
    void add(std::int64_t n) noexcept { value_.fetch_add(n, std::memory_order_relaxed); }
    std::int64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::int64_t> value_{0};
};

// Seconds, in fixed buckets from 100 µs to 30 s.
class histogram {
public:
    static constexpr std::array<double, 15> bounds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                                   0.05,   0.1,     0.25,   0.5,   1,      5,     30};
    void observe(double seconds) noexcept;
    std::uint64_t bucket(std::size_t i) const noexcept { return buckets_[i].load(std::memory_order_relaxed); }
    double sum() const noexcept { return static_cast<double>(micros_.load(std::memory_order_relaxed)) / 1e6; }

private:
    std::array<std::atomic<std::uint64_t>, bounds.size() + 1> buckets_{};  // the last: above all bounds
    std::atomic<std::uint64_t> micros_{0};
};

// Owns the metrics of a process. Made once in main and handed down; what it gives out lives as long as it does.
// Asking twice for the same name and labels gives the same object. Safe from any thread; look-ups lock, counting doesn't.
class metrics {
public:
    // `labels` as Prometheus writes them, without braces: `queue="order.accepted"`.
    counter& make_counter(std::string_view name, std::string_view help, std::string_view labels = {});
    gauge& make_gauge(std::string_view name, std::string_view help, std::string_view labels = {});
    histogram& make_histogram(std::string_view name, std::string_view help, std::string_view labels = {});
    // A gauge that is asked when it is read. `read` must be quick and safe from any thread.
    void watch(std::string_view name, std::string_view help, std::string_view labels, std::function<double()> read);

    std::string prometheus_text() const;  // text format 0.0.4

private:
    struct entry {
        std::string name, help, labels;
        enum class kind { counter, gauge, histogram, watched } what;
        counter count;
        gauge level;
        histogram spread;
        std::function<double()> read;
    };
    entry& find_or_make(entry::kind what, std::string_view name, std::string_view help, std::string_view labels);

    mutable std::mutex guard_;
    std::deque<entry> entries_;
};

}  // namespace base
