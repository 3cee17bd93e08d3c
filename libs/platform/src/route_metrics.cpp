#include "route_metrics.hpp"

namespace platform {

std::string label(const std::string& name, const std::string& value) {
    std::string out = name + "=\"";
    for (const char c : value) {
        if (c == '\\' || c == '"') out += '\\';
        (c == '\n') ? void(out += "\\n") : void(out += c);
    }
    out += '"';
    return out;
}

route_metrics::route_metrics(base::metrics& m, const std::string& server, const std::string& method,
                             const std::string& route)
    : metrics_{m},
      labels_{label("server", server) + ',' + label("method", method) + ',' + label("route", route)},
      seconds_{
          m.make_histogram("http_request_duration_seconds", "From the request's last byte to its answer.", labels_)} {}

base::counter* route_metrics::counter_of(unsigned status) {
    auto& place = by_status_[status - 100];
    if (auto* known = place.load(std::memory_order_acquire)) return known;
    auto& made = metrics_.make_counter("http_requests_total", "Requests answered.",
                                       labels_ + ",status=\"" + std::to_string(status) + '"');
    place.store(&made, std::memory_order_release);  // two makers get the same one
    return &made;
}

void route_metrics::done(unsigned status, double seconds) noexcept try {
    seconds_.observe(seconds);
    if (status >= 100 && status < 600) counter_of(status)->add();
} catch (...) {
    return;  // no memory for a new counter: the answer matters more
}

}  // namespace platform
