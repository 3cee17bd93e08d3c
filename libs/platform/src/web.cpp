#include "platform/web.hpp"

#include <charconv>
#include <mutex>

#include "address_blocks.hpp"
#include "base/text.hpp"
#include "cors.hpp"
#include "problem.hpp"
#include "rate_limit.hpp"
#include "request_fields.hpp"
#include "router.hpp"

namespace platform {
namespace {

using net::http::method;
using net::http::request;
using net::http::response;
using answer = std::optional<response>;

// An exchange and what the web itself must remember until it is answered.
struct passage {
    exchange e;
    const route* taken = nullptr;
    route_metrics* counted = nullptr;
    const std::string* origin = nullptr;  // allowed by CORS
    base::steady_time began;
};

void append_address(std::string& out, const address& a) {
    if (!a.is_v4()) {
        out += a.to_string();
        return;
    }
    const auto bytes = a.to_v4().to_bytes();
    for (std::size_t i = 0; i < 4; ++i) {
        if (i) out += '.';
        char digits[3];
        out.append(digits, std::to_chars(digits, digits + sizeof digits, bytes[i]).ptr);
    }
}

bool guarded(std::string_view path) { return path.starts_with("/api/"); }

class counted_in {
public:
    explicit counted_in(base::gauge& g) : gauge_{g} { gauge_.add(1); }
    ~counted_in() { gauge_.add(-1); }
    counted_in(const counted_in&) = delete;
    counted_in& operator=(const counted_in&) = delete;

private:
    base::gauge& gauge_;
};

class routed_web final : public web {
public:
    routed_web(web_options options, token_verifier* verifier, const base::clock& time, base::id_source& ids,
               base::log_scope log, base::metrics& m)
        : options_{std::move(options)},
          verifier_{verifier},
          time_{time},
          ids_{ids},
          log_{std::move(log)},
          metrics_{m},
          cors_{options_.cors_origins},
          proxies_{options_.known_proxies},
          may_read_metrics_{options_.metrics_allow_from},
          limit_{options_.rate_per_user},
          nowhere_{m, options_.server_name, "*", "(none)"},
          elsewhere_{m, options_.server_name, "*", "(other)"},
          refused_{m, options_.server_name, "*", "(refused)"},
          preflights_{m, options_.server_name, "OPTIONS", "(preflight)"},
          in_flight_{m.make_gauge("http_requests_in_flight", "Requests that an endpoint works on.",
                                  label("server", options_.server_name))} {}

    void on(method verb, std::string pattern, access who, endpoint run) override {
        add(verb, {.pattern = std::move(pattern), .who = who, .run = std::move(run), .run_quick = {}, .counted = {}});
    }
    void on_quick(method verb, std::string pattern, access who, quick_endpoint run) override {
        add(verb, {.pattern = std::move(pattern), .who = who, .run = {}, .run_quick = std::move(run), .counted = {}});
    }
    void on_other(std::function<answer(exchange&)> f) override { others_.push_back(std::move(f)); }

    void lame_duck(bool on, std::vector<std::string> refused_paths) override {
        const std::scoped_lock lock{lame_guard_};
        lame_paths_ = std::move(refused_paths);
        lame_ = on;
    }

    answer answer_now(request& r) override {
        passage p;
        p.began = time_.steady();
        p.counted = &nowhere_;
        p.e.request = std::move(r);
        auto out = decide(p);
        if (out) finish(p, *out);
        r = std::move(p.e.request);
        if (!out) r.attachment = std::make_shared<passage>(std::move(p));
        return out;
    }

    boost::asio::awaitable<response> handle(request r) override {
        if (!r.attachment)
            if (auto out = answer_now(r)) co_return std::move(*out);
        const auto p = std::static_pointer_cast<passage>(std::move(r.attachment));
        const counted_in here{in_flight_};
        p->e.request = std::move(r);
        response out;
        try {
            out = co_await p->taken->run(p->e);
        } catch (const std::exception& e) {
            out = broken(*p, e.what());
        } catch (...) {
            out = broken(*p, "unknown exception");
        }
        finish(*p, out);
        co_return out;
    }

    response refuse(unsigned status, std::string_view why, const request& r) override {
        const auto began = time_.steady();
        const auto fields = read_fields(r);
        auto out = problem_response({.status = status, .detail = std::string{why}}, r.path, trace_of(fields));
        out.headers.emplace_back("X-Correlation-Id", correlation_of(fields));
        if (status == 503) out.headers.emplace_back("Retry-After", "1");  // an endpoint was too slow
        add_cors_headers(out, cors_.allowed(fields.origin));
        refused_.done(status, std::chrono::duration<double>(time_.steady() - began).count());
        return out;
    }

private:
    void add(method verb, route r) {
        r.counted = std::make_unique<route_metrics>(metrics_, options_.server_name,
                                                    std::string{net::http::to_string(verb)}, r.pattern);
        router_.add(verb, std::move(r));
    }

    static std::optional<std::string> given_correlation(const request_fields& fields) {
        const auto given = base::uuid::parse(fields.correlation);
        return given && !given->is_nil() ? std::optional{given->str()} : std::nullopt;
    }
    std::string correlation_of(const request_fields& fields) const {
        auto given = given_correlation(fields);
        return given ? std::move(*given) : fresh_correlation();
    }
    std::string fresh_correlation() const { return ids_.make_v7(time_).str(); }

    base::trace_context trace_of(const request_fields& fields) const {
        if (!fields.traceparent.empty() && !fields.ambiguous_trace)
            if (const auto given = base::trace_context::parse(fields.traceparent, fields.tracestate))
                return given->child(ids_);
        return base::trace_context::fresh(ids_);
    }

    void look_behind_proxies(request& r, address& client, const request_fields& fields) const {
        if (!fields.forwarded || !proxies_.holds(plain(r.peer))) return;
        client = client_behind(r.peer, std::span{fields.forwarded_for}.first(fields.forwarded_lists), proxies_);
        const auto proto =
            fields.forwarded_proto.substr(fields.forwarded_proto.rfind(',') + 1);  // the nearest proxy's word
        if (proto.ends_with("https")) r.secure = true;
    }

    // Everything up to the endpoint. nullopt: p.taken is to be awaited.
    answer decide(passage& p) {
        auto& e = p.e;
        const auto fields = read_fields(e.request);
        // Without one a fresh one is made when somebody looks: an order brings its own.
        if (auto given = given_correlation(fields)) e.correlation = std::move(*given);
        if (fields.preflight) {
            p.counted = &preflights_;
            return cors_.preflight(e.request);
        }
        p.origin = cors_.allowed(fields.origin);
        e.context.trace = trace_of(fields);
        e.context.due = p.began + options_.request_deadline;
        auto client = plain(e.request.peer);
        look_behind_proxies(e.request, client, fields);
        append_address(e.client_address, client);
        if (e.request.verb == method::post && lame_ && refused_now(e.request.path)) return leaving(e);
        return find_route(p, fields);
    }

    answer find_route(passage& p, const request_fields& fields) {
        auto& e = p.e;
        auto found = router_.find(e.request.path);
        const auto* r = found.at ? found.at->find(e.request.verb) : nullptr;
        if (r) {
            p.taken = r;
            p.counted = r->counted.get();
        }
        if (r ? r->who == access::user : guarded(e.request.path))
            if (auto no = identify(e, fields)) return no;
        if (found.undecodable)
            return to_response({.status = 400, .detail = "The path is not percent-encoded well."}, e);
        if (!found.at) return ask_others(p);
        if (!r) return other_verb(e, *found.at);
        if (r->who == access::loopback_or_allowed && !may_read_metrics(e.request, fields))
            return to_response({.status = 404}, e);
        e.captures = std::move(found.captures);
        open_scope(e);
        if (r->run_quick) return run_quick(p);
        return std::nullopt;
    }

    answer identify(exchange& e, const request_fields& fields) {
        using outcome = std::expected<identity, token_fault>;
        outcome who = std::unexpected(token_fault::missing);
        if (fields.ambiguous_credentials)
            who = std::unexpected(token_fault::invalid);
        else if (verifier_ && !fields.authorization.empty())
            who = verifier_->verify_header(fields.authorization);
        if (!who) return unknown_caller(e, who.error());
        e.caller = std::move(*who);
        if (options_.rate_per_user <= 0) return std::nullopt;
        const auto wait = limit_.take(e.caller.user, time_.steady());
        if (wait.count() == 0) return std::nullopt;
        return to_response({.status = 429, .headers = {{"Retry-After", std::to_string((wait.count() + 999) / 1000)}}},
                           e);
    }

    static response unknown_caller(const exchange& e, token_fault fault) {
        if (fault == token_fault::no_identity)
            return to_response(
                {.status = 403, .detail = "The token says no user: sub, nameidentifier or oid is needed."}, e);
        const bool came = fault != token_fault::missing;
        return to_response(
            {.status = 401, .headers = {{"WWW-Authenticate", came ? "Bearer error=\"invalid_token\"" : "Bearer"}}}, e);
    }

    static response other_verb(const exchange& e, const router::node& n) {
        if (e.request.verb != method::options) return to_response({.status = 405, .headers = {{"Allow", n.allow}}}, e);
        response out;
        out.status = 204;
        out.headers.emplace_back("Allow", n.allow);
        return out;
    }

    answer ask_others(passage& p) {
        open_scope(p.e);
        for (const auto& other : others_) {
            try {
                auto out = other(p.e);
                if (!out) continue;
                p.counted = &elsewhere_;
                return out;
            } catch (const std::exception& e) {
                return broken(p, e.what());
            }
        }
        return to_response({.status = 404}, p.e);
    }

    response run_quick(passage& p) {
        try {
            return p.taken->run_quick(p.e);
        } catch (const std::exception& e) {
            return broken(p, e.what());
        } catch (...) {
            return broken(p, "unknown exception");
        }
    }

    bool may_read_metrics(const request& r, const request_fields& fields) const {
        const auto peer = plain(r.peer);
        return !fields.forwarded && (peer.is_loopback() || may_read_metrics_.holds(peer));
    }

    bool refused_now(std::string_view path) {
        if (path.ends_with('/')) path.remove_suffix(1);
        const std::scoped_lock lock{lame_guard_};
        return std::find(lame_paths_.begin(), lame_paths_.end(), path) != lame_paths_.end();
    }

    static response leaving(const exchange& e) {
        auto out =
            to_response({.status = 503, .detail = "This replica is going away.", .headers = {{"Retry-After", "1"}}}, e);
        out.close = true;
        return out;
    }

    void open_scope(exchange& e) const {
        if (!log_.enabled(base::log_level::error)) return;  // nobody listens
        if (e.correlation.empty()) e.correlation = fresh_correlation();
        char trace[2 * sizeof e.context.trace.trace_id];
        base::write_hex(trace, e.context.trace.trace_id);
        const base::log_field correlation{"CorrelationId", e.correlation}, id{"TraceId", {trace, sizeof trace}};
        e.context.log = e.caller.user.empty() ? log_.with({correlation, id})
                                              : log_.with({correlation, {"UserId", e.caller.user}, id});
    }

    static response broken(const passage& p, const char* what) {
        const auto& e = p.e;
        e.context.log.error("unhandled exception",
                            {{"What", what},
                             {"Method", e.request.verb_text},
                             {"Route", p.taken ? std::string_view{p.taken->pattern} : e.request.path}});
        return to_response({.status = 500}, e);
    }

    void finish(passage& p, response& out) {
        if (p.origin) add_cors_headers(out, p.origin);
        if (p.e.request.verb == method::head) out.stream = nullptr;  // a stream has no length to keep
        if (p.e.correlation.empty()) p.e.correlation = fresh_correlation();
        const double seconds = std::chrono::duration<double>(time_.steady() - p.began).count();
        p.counted->done(out.status, seconds);
        if (options_.access_log) log_access(p, out.status, seconds);
        out.headers.emplace_back("X-Correlation-Id", std::move(p.e.correlation));
    }

    void log_access(const passage& p, unsigned status, double seconds) const {
        const auto& e = p.e;  // the path, never the query: tokens may stand there
        const auto micros = std::to_string(static_cast<long long>(seconds * 1e6)), code = std::to_string(status);
        log_.with({{"CorrelationId", e.correlation}, {"TraceId", e.context.trace.trace_id_hex()}})
            .info("request", {{"Method", e.request.verb_text},
                              {"Path", e.request.path},
                              {"Status", code},
                              {"Micros", micros},
                              {"Client", e.client_address},
                              {"UserId", e.caller.user}});
    }

    const web_options options_;
    token_verifier* verifier_;
    const base::clock& time_;
    base::id_source& ids_;
    base::log_scope log_;
    base::metrics& metrics_;
    cors cors_;
    address_blocks proxies_, may_read_metrics_;
    rate_limit limit_;
    route_metrics nowhere_, elsewhere_, refused_, preflights_;
    base::gauge& in_flight_;
    router router_;
    std::vector<std::function<answer(exchange&)>> others_;
    std::atomic<bool> lame_{false};
    std::mutex lame_guard_;
    std::vector<std::string> lame_paths_;
};

}  // namespace

std::shared_ptr<web> make_web(web_options options, token_verifier* verifier, const base::clock& time,
                              base::id_source& ids, base::log_scope log, base::metrics& m) {
    return std::make_shared<routed_web>(std::move(options), verifier, time, ids, std::move(log), m);
}

}  // namespace platform
