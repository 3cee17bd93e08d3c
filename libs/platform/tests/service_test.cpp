#include "platform/service.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>

#include "support/web_fixture.hpp"

using namespace platform_test;
using boost::asio::awaitable;
using platform::health;
using platform::phase;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using namespace std::chrono_literals;

namespace {

struct Health : web_fixture {
    std::string drain_file = "/tmp/platform-drain-" + std::to_string(::getpid());
    std::unique_ptr<health> checks = platform::make_health(drain_file);
    bool redis = true, disk = true;

    Health() {
        web = make({});
        checks->add("redis", health::weight::shared, [this] { return redis; });
        checks->add("disk", health::weight::own, [this] { return disk; });
        checks->mount(*web, metrics);
        checks->set(phase::serving);
    }
    ~Health() override { std::filesystem::remove(drain_file); }
    void expect_ready(unsigned status, const std::string& body) {
        const auto r = get("/health/ready");
        EXPECT_EQ(status, r.status);
        EXPECT_EQ(body, r.body);
        EXPECT_EQ("application/json", header_of(r, "Content-Type"));
    }
};

}  // namespace

TEST_F(Health, IsAliveInEveryPhase) {
    for (const auto p : {phase::starting, phase::serving, phase::draining}) {
        checks->set(p);
        for (const auto* path : {"/health/live", "/healthz"}) {
            EXPECT_EQ(200u, get(path).status);
            EXPECT_EQ(R"({"status":"ok"})", get(path).body);
        }
    }
}

TEST_F(Health, ReadinessFollowsPhaseAndChecks) {
    expect_ready(200, R"({"status":"ok","checks":{"redis":"ok","disk":"ok"}})");
    redis = false;
    expect_ready(200, R"({"status":"degraded","checks":{"redis":"unavailable","disk":"ok"}})");
    disk = false;
    expect_ready(503, R"({"status":"unavailable","checks":{"redis":"unavailable","disk":"unavailable"}})");
    redis = disk = true;
    checks->set(phase::starting);
    expect_ready(503, R"({"status":"starting","checks":{"redis":"ok","disk":"ok"}})");
    checks->set(phase::draining);
    expect_ready(503, R"({"status":"draining","checks":{"redis":"ok","disk":"ok"}})");
}

TEST_F(Health, ADrainFileDrainsAsLongAsItIsThere) {
    std::ofstream{drain_file} << "x";
    EXPECT_TRUE(checks->draining());
    EXPECT_EQ(503u, get("/health/ready").status);
    std::filesystem::remove(drain_file);
    EXPECT_FALSE(checks->draining());
    EXPECT_EQ(200u, get("/health/ready").status);
}

TEST_F(Health, ACheckThatThrowsHasFailed) {
    checks->add("bug", health::weight::shared, []() -> bool { throw std::runtime_error{"x"}; });
    EXPECT_THAT(get("/health/ready").body, HasSubstr(R"("bug":"unavailable")"));
}

TEST_F(Health, MetricsAreTextForTheAllowed) {
    metrics.make_counter("orders_total", "Orders.").add(3);
    const auto r = get("/metrics");
    EXPECT_EQ("text/plain; version=0.0.4; charset=utf-8", header_of(r, "Content-Type"));
    EXPECT_THAT(r.body, HasSubstr("orders_total 3\n"));
    EXPECT_EQ(404u, send("GET", "/metrics", {}, "203.0.113.1").status);
}

TEST(JsonLog, LinesAreJsonWhateverTheyHold) {
    platform::captured_log log;
    const auto scope = base::log_scope{log}.with({{"CorrelationId", "c"}, {"UserId", "u\"\n\x01"}});
    scope.info("a \\ b", {{"Bytes", "\xFF\xC3\xA9"}, {"@t", "x"}, {"Long", std::string(20'000, 'x')}});

    const auto line = boost::json::parse(log.lines().at(0).json).as_object();
    EXPECT_EQ("a \\ b", line.at("@m"));
    EXPECT_EQ("info", line.at("@l"));
    EXPECT_EQ("1970-01-01T00:00:00.000Z", line.at("@t"));
    EXPECT_EQ("u\"\n\x01", line.at("UserId"));
    EXPECT_EQ("\xEF\xBF\xBD\xC3\xA9", line.at("Bytes"));
    EXPECT_EQ("x", line.at("@@t"));
    EXPECT_EQ(8192u, line.at("Long").as_string().size());
}

TEST(JsonLog, InnerFieldsHideOuterOnes) {
    platform::captured_log log;
    base::log_scope{log}.with("A", "outer").with("A", "inner").with("B", "scope").info("m", {{"B", "line"}});
    EXPECT_THAT(log.lines().at(0).json, testing::EndsWith(R"("B":"line","A":"inner"})"));
}

TEST(JsonLog, SecretsAreMasked) {
    const auto line = [](std::string_view name, std::string_view value) {
        return platform::json_log_line(0, base::log_level::warn, "m", {{name, value}}, nullptr);
    };
    struct row {
        const char *name, *value;
    };
    for (const auto& [name, value] :
         std::initializer_list<row>{{"Password", "hush"},
                                    {"AccessToken", "hush"},
                                    {"authorization", "hush"},
                                    {"Jwt:SigningKey", "hush"},
                                    {"Cause", "can't reach amqp://shop:hush@rabbit:5672/"},
                                    {"Cause", "redis://:hush@cache"},
                                    {"Cause", "Server=db;User ID=sa;Password=hush;Encrypt=True"},
                                    {"Target", "/hubs/order-status?id=1&access_token=hush&x=1"},
                                    {"Header", "Bearer hush.hush.hush.hush"},
                                    {"Cause", "Endpoint=sb://x;SharedAccessKey=hush="},
                                    {"Cause", "pwd=hush postgresql://u:hush@a postgresql://u:hush@b"}}) {
        const auto text = line(name, value);
        EXPECT_THAT(text, AllOf(Not(HasSubstr("hush")), HasSubstr("[secret]"))) << value;
    }
    EXPECT_THAT(line("Cause", "amqp://shop:hush@rabbit:5672/"), HasSubstr("amqp://shop:[secret]@rabbit:5672/"));
    for (const auto* harmless : {"http://localhost:4200/a@b", "mail me@home", "no bearer of bad news", "k=v"})
        EXPECT_THAT(line("Text", harmless), HasSubstr(harmless));
    EXPECT_THAT(platform::json_log_line(0, base::log_level::info, "Password=hush", {}, nullptr),
                Not(HasSubstr("hush")));
}

TEST(JsonLog, WritesWholeLinesInOrder) {
    int ends[2];
    ASSERT_EQ(0, ::pipe(ends));
    {
        const auto log = platform::make_json_log(base::log_level::info, ends[1]);
        const base::log_scope scope{*log};
        for (int i = 0; i < 100; ++i) scope.info("line", {{"N", std::to_string(i)}});
        scope.debug("not this");
        log->flush();
        EXPECT_EQ(0u, log->dropped());
    }
    ::close(ends[1]);
    std::string text;
    char buffer[4096];
    for (ssize_t n = 0; (n = ::read(ends[0], buffer, sizeof buffer)) > 0;)
        text.append(buffer, static_cast<std::size_t>(n));
    ::close(ends[0]);
    std::istringstream in{text};
    int count = 0;
    for (std::string line; std::getline(in, line); ++count)
        EXPECT_EQ(std::to_string(count), boost::json::parse(line).as_object().at("N").as_string());
    EXPECT_EQ(100, count);
}

TEST(JsonLog, AFullBufferDropsAndSaysSo) {
    int ends[2];
    ASSERT_EQ(0, ::pipe(ends));
    std::string text;
    std::uint64_t dropped = 0;
    {
        const auto log = platform::make_json_log(base::log_level::info, ends[1], 4096);
        const base::log_scope scope{*log};
        while (log->dropped() == 0) scope.info("flood", {{"Padding", std::string(1000, 'x')}});  // nobody reads yet
        auto reader = std::async(std::launch::async, [&] {
            char buffer[4096];
            for (ssize_t n = 0; (n = ::read(ends[0], buffer, sizeof buffer)) > 0;)
                text.append(buffer, static_cast<std::size_t>(n));
        });
        log->flush();
        dropped = log->dropped();
        scope.info("after");
        log->flush();
        ::close(ends[1]);
        reader.wait();
    }
    ::close(ends[0]);
    EXPECT_GE(dropped, 1u);
    EXPECT_THAT(text, AllOf(HasSubstr("log lines were dropped"), HasSubstr("\"after\"")));
}

namespace {

platform::loaded given(std::vector<std::pair<std::string, std::string>> flags) {
    return platform::load_settings({platform::common_settings(), std::nullopt, std::move(flags), {}});
}

std::vector<std::string> listens(const std::string& urls) {
    const auto read = platform::parse_urls(given({{"Urls", urls}}).values);
    if (!read) return {"fault: " + read.error().message};
    std::vector<std::string> out;
    for (const auto& o : *read) out.push_back(o.address + ' ' + std::to_string(o.port));
    return out;
}

}  // namespace

TEST(Urls, BecomeListenOptions) {
    EXPECT_THAT(listens("http://localhost:4200"), ElementsAre("127.0.0.1 4200"));
    EXPECT_THAT(listens("http://*:80/;http://+:81; http://0.0.0.0"), ElementsAre("* 80", "* 81", "0.0.0.0 80"));
    EXPECT_THAT(listens("HTTP://[::1]:5006,http://[::]"), ElementsAre("::1 5006", ":: 80"));
    EXPECT_THAT(listens("http://localhost:0"), ElementsAre("127.0.0.1 0"));
    const auto one = platform::parse_urls(given({{"Urls", "http://localhost:1"}, {"Http:MaxConnections", "7"}}).values);
    EXPECT_EQ(7u, one->at(0).max_connections);
}

TEST(Urls, AreRefusedWithAReason) {
    for (const auto* bad : {"", "localhost:80", "ftp://localhost", "http://example.org:80", "http://localhost:65536",
                            "http://localhost:x", "http://localhost:", "http://localhost:80/path", "http://u@localhost",
                            "http://", "https://localhost:5007", "http://[::1"})
        EXPECT_THAT(listens(bad), ElementsAre(HasSubstr("fault: Urls"))) << bad;
    EXPECT_THAT(listens("https://localhost"), ElementsAre(HasSubstr("Https:CertificatePath")));
}

TEST(SettingsProblems, AreAllNamedAtOnce) {
    const auto bad = platform::settings_problems(given({{"Urls", "x"},
                                                        {"ForwardedHeaders:KnownProxies", "10.0.0.0/99"},
                                                        {"Metrics:AllowFrom", "me"},
                                                        {"Cors:Origins", "localhost:4200;http://*"},
                                                        {"Jwt:SigningKey", "short"},
                                                        {"DevJwt:SigningKey", "x"},
                                                        {"Jwt:Authority", "https://login"},
                                                        {"RabbitMQ:ConnectionString", "amqp://a"},
                                                        {"AzureServiceBus:ConnectionString", "Endpoint=sb://a"}})
                                                     .values);
    EXPECT_EQ(11u, bad.size()) << testing::PrintToString(bad);
    const auto fine = given({{"Jwt:SigningKey", secret}, {"Jwt:Issuer", "us"}, {"Jwt:Audience", "shop"}}).values;
    EXPECT_THAT(platform::settings_problems(fine), IsEmpty());
    EXPECT_THAT(platform::settings_problems(given({{"Environment", "Development"}}).values), IsEmpty());
}

TEST(ServiceOptions, FollowTheSettings) {
    const auto s = given({{"Http:BodyLimit", "2048"},
                          {"Http:IdleTimeout", "5s"},
                          {"RateLimit:PerUserPerSecond", "7"},
                          {"Log:Access", "true"}})
                       .values;
    EXPECT_EQ(2048u, platform::server_limits_from(s).body);
    EXPECT_EQ(5s, platform::server_limits_from(s).idle_timeout);
    EXPECT_EQ(7.0, platform::web_options_from(s).rate_per_user);
    EXPECT_TRUE(platform::web_options_from(s).access_log);
    const auto production = given({{"Jwt:SigningKey", secret}, {"DevJwt:SigningKey", secret}}).values;
    EXPECT_EQ(1u, platform::jwt_options_from(production).keys.size());
    const auto development = given({{"Environment", "Development"}, {"DevJwt:SigningKey", secret}}).values;
    EXPECT_EQ("contoso-spa-dev", platform::jwt_options_from(development).keys.at(0).audience);
}

namespace {

struct Shutdown : testing::Test {
    boost::asio::io_context io;
    platform::captured_log log;
    std::vector<std::string> steps;
    std::chrono::milliseconds waited{0};
    platform::shutdown_plan plan;

    Shutdown() {
        plan.begin = {[this] { steps.push_back("begin"); }};
        plan.stop_intake = {step("stop accept"), step("stop process")};
        plan.goodbye = {step("goodbye")};
        plan.flush = {[this] { steps.push_back("flush"); }};
        plan.wait = [this](std::chrono::milliseconds t) -> awaitable<void> {
            waited += t;
            co_return;
        };
    }
    std::function<awaitable<void>()> step(std::string name) {
        return [this, name]() -> awaitable<void> {
            steps.push_back(name + " at " + std::to_string(waited.count()));
            co_return;
        };
    }
    bool run() {
        bool clean = false;
        boost::asio::co_spawn(
            io, [&]() -> awaitable<void> { clean = co_await platform::run_shutdown(plan, base::log_scope{log}); },
            [](std::exception_ptr e) {
                if (e) std::rethrow_exception(e);
            });
        io.run();
        return clean;
    }
};

}  // namespace

TEST_F(Shutdown, GoesInOrder) {
    int left = 3;
    plan.in_hand = {[&] { return left-- > 0; }};
    EXPECT_TRUE(run());
    EXPECT_THAT(steps, ElementsAre("begin", "stop accept at 5000", "stop process at 5000", "goodbye at 5030", "flush"));
}

TEST_F(Shutdown, DoesNotWaitForEverForWork) {
    plan.lame_duck = 0ms;
    plan.in_hand = {[] { return true; }};
    EXPECT_FALSE(run());
    EXPECT_THAT(steps, ElementsAre("begin", "stop accept at 0", "stop process at 0", "goodbye at 20000", "flush"));
    EXPECT_THAT(log.all(), HasSubstr("work was left in hand"));
}

TEST_F(Shutdown, ASecondSignalGoesToTheGoodbye) {
    plan.in_hand = {[] { return true; }};
    plan.hurry = [this] { return waited >= 100ms; };
    EXPECT_FALSE(run());
    EXPECT_THAT(steps, ElementsAre("begin", "stop accept at 100", "stop process at 100", "goodbye at 100", "flush"));
}

TEST_F(Shutdown, AStepThatFailsOrHangsStopsNothing) {
    plan.lame_duck = 0ms;
    plan.begin.insert(plan.begin.begin(), [] { throw std::runtime_error{"begin broke"}; });
    plan.stop_intake.insert(plan.stop_intake.begin(), []() -> awaitable<void> {
        throw std::runtime_error{"intake broke"};
        co_return;
    });
    boost::asio::steady_timer never{io, std::chrono::steady_clock::time_point::max()};
    plan.goodbye.insert(plan.goodbye.begin(),
                        [&]() -> awaitable<void> { co_await never.async_wait(boost::asio::use_awaitable); });
    plan.flush.push_back([&] { never.cancel(); });
    EXPECT_TRUE(run());
    EXPECT_THAT(steps, ElementsAre("begin", "stop accept at 0", "stop process at 0", "goodbye at 5000", "flush"));
    EXPECT_THAT(log.all(), AllOf(HasSubstr("begin broke"), HasSubstr("intake broke"), HasSubstr("takes too long")));
}

TEST_F(Shutdown, WaitsByTheClockWhenNothingElseIsGiven) {
    plan.wait = {};
    plan.lame_duck = 1ms;
    EXPECT_TRUE(run());
    EXPECT_EQ(5u, steps.size());
}

TEST(StopSignals, TheFirstAsksAndTheSecondEnds) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(
        {
            std::promise<int> asked;
            const platform::stop_signals signals{[&](int number) { asked.set_value(number); }};
            ::kill(::getpid(), SIGTERM);
            if (asked.get_future().get() != SIGTERM || !signals.asked()) ::_exit(1);
            ::kill(::getpid(), SIGINT);
            while (true) ::pause();
        },
        testing::ExitedWithCode(130), "");
    EXPECT_EXIT(
        {
            {
                const platform::stop_signals signals{[](int) {}};
            }
            ::_exit(7);
        },
        testing::ExitedWithCode(7), "");
}
