#include <unistd.h>

#include "base/text.hpp"
#include "platform/service.hpp"
#include "text.hpp"

namespace platform {
namespace {

using net::http::response;

response json_answer(unsigned status, std::string body) {
    auto out = net::http::make_response(status, "application/json", std::move(body));
    out.headers.emplace_back("Cache-Control", "no-store");
    return out;
}

class checked_health final : public health {
public:
    explicit checked_health(std::string drain_file) : drain_file_{std::move(drain_file)} {}

    void add(std::string name, weight w, std::function<bool()> ok) override {
        checks_.push_back({std::move(name), w, std::move(ok)});
    }
    void set(phase p) override { phase_ = p; }
    phase now() const override { return phase_; }

    bool draining() const override {
        return phase_ == phase::draining || (!drain_file_.empty() && ::access(drain_file_.c_str(), F_OK) == 0);
    }

    void mount(web& on, base::metrics& m) override {
        using net::http::method;
        const auto live = [](exchange&) { return json_answer(200, R"({"status":"ok"})"); };
        on.on_quick(method::get, "/health/live", access::open, live);
        on.on_quick(method::get, "/healthz", access::open, live);
        on.on_quick(method::get, "/health/ready", access::open, [this](exchange&) { return ready(); });
        on.on_quick(method::get, "/metrics", access::loopback_or_allowed, [&m](exchange&) {
            return net::http::make_response(200, "text/plain; version=0.0.4; charset=utf-8", m.prometheus_text());
        });
    }

private:
    struct check {
        std::string name;
        weight matters;
        std::function<bool()> ok;
    };

    static bool passes(const check& c) noexcept try { return c.ok(); } catch (...) {
        return false;
    }

    response ready() const {
        bool degraded = false, broken = false;
        std::string checks;
        for (const auto& c : checks_) {
            const bool ok = passes(c);
            degraded = degraded || (!ok && c.matters == weight::shared);
            broken = broken || (!ok && c.matters == weight::own);
            if (!checks.empty()) checks += ',';
            base::append_json_string(checks, c.name);
            checks += ok ? R"(:"ok")" : R"(:"unavailable")";
        }
        const char* status = draining()                  ? "draining"
                             : phase_ == phase::starting ? "starting"
                             : broken                    ? "unavailable"
                             : degraded                  ? "degraded"
                                                         : "ok";
        const bool in = !draining() && phase_ == phase::serving && !broken;
        return json_answer(in ? 200 : 503, R"({"status":")" + std::string{status} + R"(","checks":{)" + checks + "}}");
    }

    const std::string drain_file_;
    std::atomic<phase> phase_{phase::starting};
    std::vector<check> checks_;
};

}  // namespace

std::unique_ptr<health> make_health(std::string drain_file) {
    return std::make_unique<checked_health>(std::move(drain_file));
}

}  // namespace platform
