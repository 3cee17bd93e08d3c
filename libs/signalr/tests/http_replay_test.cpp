// What the reference server answered on the hub's path, request by request: tests/fixtures/http.
#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include <fstream>
#include <map>
#include <sstream>

#include "sse_transport.hpp"
#include "support/hub_over_http.hpp"
#include "support/reference_hub.hpp"

using namespace signalr;
using namespace signalr::testing;
using std::chrono::seconds;

namespace {

boost::json::array cases_of(const std::string& name) {
    std::ifstream file{FIXTURES "/http/" + name};
    std::stringstream text;
    text << file.rdbuf();
    return boost::json::parse(text.str()).at("cases").as_array();
}

std::string text_of(const boost::json::value& v) { return v.is_string() ? std::string{v.as_string()} : ""; }

std::string replaced(std::string text, std::string_view what, std::string_view by) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what)) text.replace(at, what.size(), by);
    return text;
}

struct captured {
    explicit captured(const boost::json::value& c)
        : name{text_of(c.at("name"))},
          verb{text_of(c.at("request").at("method"))},
          target{text_of(c.at("request").at("target"))},
          body{text_of(c.at("request").at("body"))},
          response{c.at("response").as_object()} {
        for (const auto& h : c.at("request").at("headers").as_array()) {
            const std::string line = replaced(text_of(h), "{16 random bytes, base64}", "dGhlIHNhbXBsZSBub25jZQ==");
            std::erase_if(headers, [&](const auto& l) { return l.starts_with(line.substr(0, line.find(':') + 1)); });
            headers.push_back(line);
        }
    }
    bool about(std::string_view what) const { return name.find(what) != std::string::npos; }

    std::string name, verb, target, body;
    std::vector<std::string> headers;
    boost::json::object response;
};

// Framing differs on purpose: bodies have a length here, chunks there.
bool framing(std::string_view header) {
    return header == "Content-Length" || header == "Transfer-Encoding" || header == "Server" || header == "Date";
}

void expect_same(const read_answer& ours, const captured& theirs) {
    EXPECT_EQ(ours.status_line, text_of(theirs.response.at("status_line")));
    std::size_t expected = 0;
    for (const auto& h : theirs.response.at("headers").as_array()) {
        const std::string line = text_of(h);
        const auto name = line.substr(0, line.find(": ")), value = line.substr(line.find(": ") + 2);
        if (framing(name)) continue;
        ++expected;
        if (value.starts_with("{"))
            EXPECT_FALSE(ours.get(name).empty()) << line;
        else
            EXPECT_EQ(ours.get(name), value) << line;
    }
    std::size_t there = 0;
    for (const auto& [name, value] : ours.headers) there += framing(name) || name == "X-Accel-Buffering" ? 0 : 1;
    EXPECT_EQ(there, expected) << "headers that the reference server does not send";
    const auto* body = theirs.response.if_contains("body");
    if (body && body->is_string()) EXPECT_EQ(ours.body, text_of(*body));
}

offered_transports transports_of(std::string_view path) {
    if (path == "/testhub-nowebsockets") return {.websockets = false};
    if (path == "/ws-only") return {.server_sent_events = false, .long_polling = false};
    if (path == "/lp-only") return {.websockets = false, .server_sent_events = false};
    if (path == "/sse-only") return {.websockets = false, .long_polling = false};
    return {};
}

std::string path_of(const std::string& target) {
    auto path = target.substr(0, target.find('?'));
    for (const char* tail : {"/negotiate/", "/negotiate", "/Negotiate", "/foo"})
        if (path.ends_with(tail)) path.resize(path.size() - std::strlen(tail));
    while (path.ends_with('/')) path.pop_back();
    return path == "/TestHub" ? "/testhub" : path;
}

// Ids differ.
std::string shape(const std::string& body) {
    if (body.find("\"negotiateVersion\"") == std::string::npos) return body;
    auto v = boost::json::parse(body).as_object();
    for (auto& member : v)
        if (member.key().starts_with("connection")) member.value() = "id";
    return boost::json::serialize(v);
}

}  // namespace

TEST(HttpReplay, Dispatch) {
    int replayed = 0;
    for (const auto& c : cases_of("dispatch.json")) {
        captured step{c};
        SCOPED_TRACE(step.name);
        gate time;
        hub_over_http h{{.transports = transports_of(path_of(step.target))}, path_of(step.target)};
        add_reference_methods(*h.hub, time);
        const auto ids = h.negotiate();
        const auto token = h.at + "?id=" + text_of(ids.at("connectionToken"));
        step.target = replaced(step.target, "{connectionToken}", text_of(ids.at("connectionToken")));
        step.target = replaced(step.target, "{connectionId}", text_of(ids.at("connectionId")));
        std::vector<sent_request> before;
        if (step.about("WS connection") || step.about("second WS")) before.push_back(h.upgrade(token));
        if (step.about("SSE connection") || step.about("second SSE")) before.push_back(h.events(token));
        if (step.about("buffered handshake")) {
            before.push_back(h.post(token, hub_over_http::hello));
            before.push_back(h.poll(token));
        }
        if (step.about("SSE GET on WS")) ASSERT_EQ(before.front().status(), 101U);

        expect_same(h.send(step.verb, step.target, step.body, step.headers).answer(), step);
        ++replayed;
    }
    EXPECT_EQ(replayed, 54);
}

TEST(HttpReplay, Negotiate) {
    int replayed = 0;
    for (const auto& c : cases_of("negotiate.json")) {
        captured step{c};
        if (step.about("option on")) continue;  // stateful reconnect has its own test
        SCOPED_TRACE(step.name);
        hub_options options{.transports = transports_of(path_of(step.target))};
        if (step.name.starts_with("minimum version 1")) options.minimum_negotiate_version = 1;
        hub_over_http h{options, step.name == "unknown path" ? "/testhub" : path_of(step.target)};

        auto ours = h.send(step.verb, step.target, step.body, step.headers).answer();
        ours.body = shape(ours.body);
        step.response["body"] = replaced(shape(text_of(step.response.at("body"))), "{id}", "id");
        expect_same(ours, step);
        ++replayed;
    }
    EXPECT_EQ(replayed, 31);
}

TEST(HttpReplay, LongPolling) {
    gate time;
    hub_over_http h{{.poll_timeout = seconds{2}, .maximum_parallel_invocations = 2}, "/testhub"};
    add_reference_methods(*h.hub, time);
    h.hub->on("Ask", [&h](caller_context& c) -> boost::asio::awaitable<std::string> {
        const std::string id{c.connection_id()};
        const int said = co_await h.hub->clients().client(id).ask<int>("Ask", 1);
        co_return "got " + std::to_string(said);
    });
    std::vector<captured> steps;
    std::vector<bool> waits;  // was open before the step in front of it
    for (const auto& c : cases_of("long-polling.json")) {
        steps.emplace_back(c);
        const auto* open = c.as_object().if_contains("answered_after_s");
        waits.push_back(open && open->to_number<double>() >= 0.25 && open->to_number<double>() < 2);
    }
    std::map<char, std::string> tokens;  // by connection: a letter, none for the first
    std::map<std::size_t, sent_request> sent;
    const auto send = [&](std::size_t i) {
        auto& step = steps[i];
        const char letter = step.name[1] == ':' ? step.name[0] : ' ';
        if (!tokens.contains(letter)) {
            const auto ids = h.negotiate(step.about("version 0") ? 0 : 1);
            tokens[letter] =
                text_of(ids.contains("connectionToken") ? ids.at("connectionToken") : ids.at("connectionId"));
        }
        auto target = replaced(step.target, "{connectionToken}", tokens[letter]);
        target = replaced(target, "{connectionId}", tokens[letter]);
        if (!sent.contains(i)) sent.emplace(i, h.send(step.verb, target, step.body, step.headers));
    };
    for (std::size_t i = 0; i < steps.size(); ++i) {
        SCOPED_TRACE(steps[i].name);
        if (i + 1 < steps.size() && waits[i + 1]) send(i + 1);
        send(i);
        if (steps[i].about("replaced by poll 2")) send(i + 2);
        if (steps[i].about("ends by PollTimeout")) {
            EXPECT_FALSE(sent.at(i).answered());
            h.advance(seconds{3});
        }
        expect_same(sent.at(i).answer(), steps[i]);
    }
    EXPECT_EQ(steps.size(), 45U);
}

TEST(HttpReplay, ServerSentEvents) {
    int replayed = 0;
    for (const auto& c : cases_of("sse.json")) {
        captured step{c};
        SCOPED_TRACE(step.name);
        hub_options options;
        options.protocols.messagepack = true;
        gate time;
        hub_over_http h{options, path_of(step.target)};
        add_reference_methods(*h.hub, time);
        const auto target = h.fresh();
        const auto stream = h.events(target);
        expect_same(stream.answer(), step);
        std::string heard;
        for (const auto& part : c.at("stream").as_array()) {
            std::string expected;
            bool ends = false;
            for (const auto& chunk : part.at("chunks").as_array()) {
                if (chunk == "<end of body>")
                    ends = true;
                else
                    expected += text_of(chunk);
            }
            const auto* post = part.as_object().if_contains("post");
            if (step.about("raw echo") && post) {  // an end point without a hub: only how it is written
                std::string event;
                append_event(event, text_of(*post));
                EXPECT_EQ(event, expected);
                continue;
            }
            if (post) EXPECT_EQ(h.post(target, text_of(*post)).status(), 200U);
            const auto all = stream.answer();
            EXPECT_EQ(all.body.substr(heard.size()), expected);
            EXPECT_EQ(all.whole, ends);
            heard = all.body;
        }
        ++replayed;
    }
    EXPECT_EQ(replayed, 5);
}
