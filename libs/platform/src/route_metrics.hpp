// What is counted per route. Made when routes are added, so that counting a request looks nothing up by name.
#pragma once
#include <array>
#include <atomic>
#include <string>

#include "base/metrics.hpp"

namespace platform {

// Safe from any thread.
class route_metrics {
public:
    route_metrics(base::metrics& m, const std::string& server, const std::string& method, const std::string& route);
    void done(unsigned status, double seconds) noexcept;

private:
    base::counter* counter_of(unsigned status);

    base::metrics& metrics_;
    std::string labels_;
    base::histogram& seconds_;
    std::array<std::atomic<base::counter*>, 500> by_status_{};  // 100..599, each made when it first happens
};

// Quotes and escapes as Prometheus' text format wants a label's value.
std::string label(const std::string& name, const std::string& value);

}  // namespace platform
