#include "report.hpp"

#include <cinttypes>
#include <cstdarg>
#include <cstdio>

namespace load {
namespace {

__attribute__((format(printf, 1, 2))) std::string format(const char* how, ...) {
    char text[512];
    va_list args;
    va_start(args, how);
    const int n = std::vsnprintf(text, sizeof text, how, args);
    va_end(args);
    return {text, std::min(std::size_t(std::max(n, 0)), sizeof text - 1)};
}

struct paint {
    bool on;
    std::string operator()(const char* code, const std::string& text) const {
        return on ? "\x1b[" + std::string{code} + "m" + text + "\x1b[0m" : text;
    }
};

double per_second(std::uint64_t n, nanos time) { return time > 0 ? double(n) * 1e9 / double(time) : 0; }

std::string latency_row(const char* name, const histogram& h) {
    if (h.count() == 0) return {};
    return format("  %-22s %10s %10s %10s %10s %10s\n", name, as_duration(h.at(50)).c_str(),
                  as_duration(h.at(90)).c_str(), as_duration(h.at(99)).c_str(), as_duration(h.at(99.9)).c_str(),
                  as_duration(h.max()).c_str());
}

std::string latency_json(const histogram& h) {
    return format(R"({"count":%)" PRIu64 R"(,"p50":%)" PRIu64 R"(,"p90":%)" PRIu64 R"(,"p99":%)" PRIu64
                  R"(,"p999":%)" PRIu64 R"(,"max":%)" PRIu64 R"(,"mean":%.1f})",
                  h.count(), h.at(50), h.at(90), h.at(99), h.at(99.9), h.max(), h.mean());
}

std::string count(const char* name, std::uint64_t n) { return std::string{name} + " " + with_thousands(n) + "  "; }

std::string list_json(const std::vector<std::string>& texts) {
    std::string out = "[";
    for (const auto& t : texts) out += (out.size() > 1 ? "," : "") + as_json_string(t);
    return out + "]";
}

std::string verdict_line(bool kept, const paint& in, std::uint64_t lost, std::uint64_t doubled, std::uint64_t foreign,
                         std::uint64_t regressed) {
    const auto one = [&](const char* name, std::uint64_t n) {
        return in(n == 0 ? "32" : "31;1", std::string{name} + " " + with_thousands(n)) + "  ";
    };
    return one("lost", lost) + one("doubled", doubled) + one("foreign", foreign) + one("regressed", regressed) +
           (kept ? in("32;1", "kept") : in("31;1", "BROKEN")) + "\n";
}

}  // namespace

std::string with_thousands(std::uint64_t n) {
    auto text = std::to_string(n);
    for (auto at = std::ptrdiff_t(text.size()) - 3; at > 0; at -= 3) text.insert(std::size_t(at), 1, ',');
    return text;
}

std::string as_duration(std::uint64_t us) {
    if (us < 1'000) return format("%" PRIu64 " us", us);
    if (us < 1'000'000) return format(us < 10'000 ? "%.2f ms" : "%.1f ms", double(us) / 1e3);
    return format("%.2f s", double(us) / 1e6);
}

std::string as_json_string(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            out += '\\', out += c;
        else if (static_cast<unsigned char>(c) < 0x20)
            out += format("\\u%04x", unsigned(static_cast<unsigned char>(c)));
        else
            out += c;
    }
    return out + "\"";
}

std::string report_text(const options& o, const campaign& c, const verdict& v, bool colours) {
    const paint in{colours};
    const auto& t = c.counts();
    const auto ordering = t.ended - t.began, whole = std::max(t.settled_last, t.ended) - t.began;
    std::string out = in("1", format("%.1f s, %u users x %u tabs, %u connections x %u in flight, %s%s\n",
                                     double(ordering) / 1e9, o.users, o.tabs, o.connections, o.window,
                                     o.rate > 0 ? format("%.0f/s open loop", o.rate).c_str() : "flat out",
                                     o.keyed ? "" : ", without keys"));
    out +=
        format("  accepted  %12s   %10.0f/s\n  completed %12s   %10.0f/s\n", with_thousands(v.accepted).c_str(),
               per_second(v.accepted, ordering), with_thousands(v.completed).c_str(), per_second(v.completed, whole));
    if (t.answered.count() > 0)
        out += format("  %-22s %10s %10s %10s %10s %10s\n", "latency", "p50", "p90", "p99", "p99.9", "max");
    out += latency_row("order to 201", t.answered) + latency_row("order to notification", t.told) +
           latency_row("201 to notification", t.between);
    out += "  " + count("failed", v.failed) + count("refused", v.refused) + count("unanswered", v.unanswered) +
           count("retried", t.retries) + count("reconnects", t.reconnects) + count("gaps", t.gaps) +
           count("told again", v.repeated) + count("found by asking", v.by_status) + "\n";
    if (t.behind > 0)
        out += "  " + in("33", with_thousands(t.behind) + " orders could not be sent in time at this rate") + "\n";
    for (const auto& text : t.oddities) out += "  " + in("31", "unexpected: " + text) + "\n";
    return out + "  " + verdict_line(v.kept(), in, v.lost, v.doubled, v.foreign, v.regressed);
}

std::string report_json(const options& o, const campaign& c, const verdict& v) {
    const auto& t = c.counts();
    const auto ordering = t.ended - t.began, whole = std::max(t.settled_last, t.ended) - t.began;
    std::string statuses;
    for (const auto& [status, n] : t.statuses)
        statuses += format(R"(%s"%u":%)" PRIu64, statuses.empty() ? "" : ",", status, n);
    std::string out = format(R"({"seconds":%.3f,"rate":%.0f,"users":%u,"tabs":%u,"connections":%u,"window":%u,)",
                             double(ordering) / 1e9, o.rate, o.users, o.tabs, o.connections, o.window);
    out += format(R"("intended":%)" PRIu64 R"(,"accepted":%)" PRIu64 R"(,"completed":%)" PRIu64 R"(,"failed":%)" PRIu64
                  R"(,"refused":%)" PRIu64 R"(,"unanswered":%)" PRIu64
                  R"(,"acceptedPerSecond":%.1f,"completedPerSecond":%.1f,)",
                  v.intended, v.accepted, v.completed, v.failed, v.refused, v.unanswered,
                  per_second(v.accepted, ordering), per_second(v.completed, whole));
    out += R"("microseconds":{"orderTo201":)" + latency_json(t.answered) + R"(,"orderToNotification":)" +
           latency_json(t.told) + R"(,"201ToNotification":)" + latency_json(t.between) + "},";
    out +=
        format(R"("retries":%)" PRIu64 R"(,"lostAnswers":%)" PRIu64 R"(,"polls":%)" PRIu64 R"(,"reconnects":%)" PRIu64
               R"(,"gaps":%)" PRIu64 R"(,"behind":%)" PRIu64 R"(,"repeated":%)" PRIu64 R"(,"byStatus":%)" PRIu64 ",",
               t.retries, t.lost_answers, t.polls, t.reconnects, t.gaps, t.behind, v.repeated, v.by_status);
    out += R"("statuses":{)" + statuses + R"(},"oddities":)" + list_json(t.oddities);
    return out +
           format(R"(,"lost":%)" PRIu64 R"(,"doubled":%)" PRIu64 R"(,"foreign":%)" PRIu64 R"(,"regressed":%)" PRIu64
                  R"(,"unexpected":%)" PRIu64 R"(,"kept":%s})",
                  v.lost, v.doubled, v.foreign, v.regressed, v.unexpected, v.kept() ? "true" : "false") +
           "\n";
}

std::string report_text(const findings& f, bool colours) {
    const paint in{colours};
    std::string out = in("1", format("%s 201s held against the server\n", with_thousands(f.accepted).c_str()));
    out += "  " + count("completed", f.completed) + count("failed", f.failed) + count("orders seen", f.rows) +
           count("of those never answered 201", f.unanswered_rows) + "\n";
    for (const auto& text : f.examples) out += "  " + in("31", text) + "\n";
    return out + "  " + verdict_line(f.kept(), in, f.lost, f.doubled, f.foreign + f.altered, 0);
}

std::string report_json(const findings& f) {
    return format(R"({"intended":%)" PRIu64 R"(,"accepted":%)" PRIu64 R"(,"completed":%)" PRIu64 R"(,"failed":%)" PRIu64
                  R"(,"rows":%)" PRIu64 R"(,"unansweredRows":%)" PRIu64 R"(,"lost":%)" PRIu64 R"(,"doubled":%)" PRIu64
                  R"(,"foreign":%)" PRIu64 R"(,"altered":%)" PRIu64,
                  f.intended, f.accepted, f.completed, f.failed, f.rows, f.unanswered_rows, f.lost, f.doubled,
                  f.foreign, f.altered) +
           R"(,"examples":)" + list_json(f.examples) + (f.kept() ? R"(,"kept":true})" : R"(,"kept":false})") + "\n";
}

progress_display::progress_display(bool on, bool terminal, const campaign& c)
    : on_{on}, terminal_{terminal}, campaign_{c} {}

progress_display::~progress_display() {
    if (drawn_) std::fputs("\r\x1b[K", stderr);
}

std::string progress_display::line() {
    const auto& book = campaign_.book();
    const auto now = steady_nanos();
    if (before_ != 0) {
        accepted_rate_ = per_second(book.accepted() - accepted_before_, now - before_);
        settled_rate_ = per_second(book.settled() - settled_before_, now - before_);
    }
    before_ = now, accepted_before_ = book.accepted(), settled_before_ = book.settled();
    const auto what = campaign_.now_in() == stage::preparing  ? "preparing"
                      : campaign_.now_in() == stage::ordering ? "ordering"
                                                              : "settling";
    return format("%-9s %3.0f%%  accepted %s (%.0f/s)  completed %s (%.0f/s)  waiting %s  p99 %s", what,
                  campaign_.share_done() * 100, with_thousands(book.accepted()).c_str(), accepted_rate_,
                  with_thousands(book.settled()).c_str(), settled_rate_,
                  with_thousands(book.accepted() - book.settled()).c_str(),
                  as_duration(campaign_.counts().told.at(99)).c_str());
}

void progress_display::tick() {
    constexpr nanos on_a_terminal = 200'000'000, elsewhere = 5'000'000'000;
    const auto now = steady_nanos();
    if (shown_ == 0 && !terminal_) shown_ = now;
    if (!on_ || now - shown_ < (terminal_ ? on_a_terminal : elsewhere)) return;
    shown_ = now;
    const auto text = line();
    if (terminal_) {
        constexpr int width = 20;
        const int full = int(campaign_.share_done() * width);
        std::string bar = "\x1b[36m";
        for (int i = 0; i < width; ++i) bar += i < full ? "━" : i == full ? "\x1b[2m─" : "─";
        std::fprintf(stderr, "\r\x1b[K%s\x1b[0m %s", bar.c_str(), text.c_str());
        drawn_ = true;
    } else {
        std::fprintf(stderr, "%s\n", text.c_str());
    }
    std::fflush(stderr);
}

}  // namespace load
