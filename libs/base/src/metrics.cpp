#include "base/metrics.hpp"

#include <cstdio>
#include <map>

namespace base {
namespace {

std::string number(double v) {
    char text[32];
    std::snprintf(text, sizeof text, "%.12g", v);
    return text;
}

std::string braces(std::string_view labels, std::string_view more = {}) {
    if (labels.empty() && more.empty()) return {};
    std::string out = "{";
    out += labels;
    if (!labels.empty() && !more.empty()) out += ',';
    out += more;
    out += '}';
    return out;
}

void write_histogram(std::string& out, const std::string& name, const std::string& labels, const histogram& h) {
    std::uint64_t total = 0;
    for (std::size_t i = 0; i <= histogram::bounds.size(); ++i) {
        total += h.bucket(i);
        const std::string le = i < histogram::bounds.size() ? number(histogram::bounds[i]) : "+Inf";
        out += name + "_bucket" + braces(labels, "le=\"" + le + "\"") + ' ' + std::to_string(total) + '\n';
    }
    out += name + "_sum" + braces(labels) + ' ' + number(h.sum()) + '\n';
    out += name + "_count" + braces(labels) + ' ' + std::to_string(total) + '\n';
}

}  // namespace

void histogram::observe(double seconds) noexcept {
    std::size_t i = 0;
    while (i < bounds.size() && seconds > bounds[i]) ++i;
    buckets_[i].fetch_add(1, std::memory_order_relaxed);
    micros_.fetch_add(seconds > 0 ? static_cast<std::uint64_t>(seconds * 1e6) : 0, std::memory_order_relaxed);
}

metrics::entry& metrics::find_or_make(entry::kind what, std::string_view name, std::string_view help,
                                      std::string_view labels) {
    const std::scoped_lock lock{guard_};
    for (auto& e : entries_)
        if (e.name == name && e.labels == labels) return e;
    auto& e = entries_.emplace_back();
    e.name = name;
    e.help = help;
    e.labels = labels;
    e.what = what;
    return e;
}

counter& metrics::make_counter(std::string_view name, std::string_view help, std::string_view labels) {
    return find_or_make(entry::kind::counter, name, help, labels).count;
}

gauge& metrics::make_gauge(std::string_view name, std::string_view help, std::string_view labels) {
    return find_or_make(entry::kind::gauge, name, help, labels).level;
}

histogram& metrics::make_histogram(std::string_view name, std::string_view help, std::string_view labels) {
    return find_or_make(entry::kind::histogram, name, help, labels).spread;
}

void metrics::watch(std::string_view name, std::string_view help, std::string_view labels,
                    std::function<double()> read) {
    auto& e = find_or_make(entry::kind::watched, name, help, labels);
    const std::scoped_lock lock{guard_};
    e.read = std::move(read);
}

std::string metrics::prometheus_text() const {
    static constexpr const char* types[] = {"counter", "gauge", "histogram", "gauge"};
    const std::scoped_lock lock{guard_};
    std::map<std::string, std::vector<const entry*>> families;  // samples of one family must stand together
    for (const auto& e : entries_) families[e.name].push_back(&e);
    std::string out;
    for (const auto& [name, members] : families) {
        const auto& first = *members.front();
        out +=
            "# HELP " + name + ' ' + first.help + "\n# TYPE " + name + ' ' + types[static_cast<int>(first.what)] + '\n';
        for (const auto* e : members) {
            if (e->what == entry::kind::histogram) {
                write_histogram(out, name, e->labels, e->spread);
                continue;
            }
            out += name + braces(e->labels) + ' ';
            if (e->what == entry::kind::counter) out += std::to_string(e->count.value());
            if (e->what == entry::kind::gauge) out += std::to_string(e->level.value());
            if (e->what == entry::kind::watched) out += number(e->read ? e->read() : 0);
            out += '\n';
        }
    }
    return out;
}

}  // namespace base
