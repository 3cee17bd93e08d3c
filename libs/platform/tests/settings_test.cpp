#include "platform/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "nearest.hpp"

using platform::load_settings;
using platform::setting;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using namespace std::chrono_literals;

namespace {

// A file that goes with the test.
class temporary_file {
public:
    explicit temporary_file(const std::string& text) {
        char name[] = "/tmp/platform-settings-XXXXXX";
        ::close(::mkstemp(name));
        path_ = name;
        std::ofstream{path_} << text;
    }
    ~temporary_file() { std::remove(path_.c_str()); }
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

platform::loaded load(const std::string& file, std::vector<std::string> environment = {},
                      std::vector<std::pair<std::string, std::string>> flags = {}) {
    if (file.empty()) return load_settings({platform::common_settings(), std::nullopt, flags, environment});
    const temporary_file f{file};
    return load_settings({platform::common_settings(), f.path(), flags, environment});
}

}  // namespace

TEST(Settings, DefaultsAreAllGood) {
    const auto [s, problems] = load("");
    EXPECT_THAT(problems, IsEmpty());
    EXPECT_EQ("Production", s.text("Environment"));
    EXPECT_EQ(30min, s.duration("WorkflowState:Ttl"));
    EXPECT_EQ(60, s.integer("DevJwt:ExpiresMinutes"));
    EXPECT_THAT(s.list("Cors:Origins"), ElementsAre("http://localhost:4200"));
    EXPECT_EQ("quorum", s.text("RabbitMQ:QueueType"));
    EXPECT_FALSE(s.given("RabbitMQ:QueueType"));
    for (const auto& about : platform::common_settings())  // a default that would not load is a bug
        EXPECT_THAT(load("", {}, {{about.name, about.fallback}}).problems, IsEmpty()) << about.name;
}

TEST(Settings, FlagBeatsEnvironmentBeatsFileBeatsDefault) {
    const std::string file =
        R"({"RabbitMQ": {"QueueName": "file", "OutboundQueueName": "file", "FailedQueueName": "file"}})";
    const auto [s, problems] =
        load(file, {"RabbitMQ__QueueName=env", "RABBITMQ__OUTBOUNDQUEUENAME=env"}, {{"rabbitmq:queuename", "flag"}});
    EXPECT_THAT(problems, IsEmpty());
    EXPECT_EQ("flag", s.text("RabbitMQ:QueueName"));
    EXPECT_EQ("env", s.text("RabbitMQ:OutboundQueueName"));
    EXPECT_EQ("file", s.text("RabbitMQ:FailedQueueName"));
    EXPECT_EQ("flag", s.source("RabbitMQ:QueueName"));
    EXPECT_EQ("file", s.source("RabbitMQ:FailedQueueName"));
    EXPECT_EQ("default", s.source("RabbitMQ:InboundQueueName"));
}

TEST(Settings, NamesAreComparedWithoutLetterCase) {
    EXPECT_EQ("x", load(R"({"jwt":{"ISSUER":"x"}})").values.text("Jwt:Issuer"));
    EXPECT_EQ("x", load("", {"jwt__issuer=x"}).values.text("JWT:issuer"));
}

TEST(Settings, UnknownNamesOfOurSectionsAreNamedWithAHint) {
    EXPECT_THAT(load("", {"RabbitMQ__QueueTyp=quorum"}).problems,
                ElementsAre(AllOf(HasSubstr("RabbitMQ__QueueTyp"), HasSubstr("did you mean RabbitMQ__QueueType?"))));
    EXPECT_THAT(load(R"({"Jwt": {"Isuer": "x"}})").problems, ElementsAre(HasSubstr("did you mean Jwt:Issuer?")));
    EXPECT_THAT(load("", {}, {{"Log:Levle", "info"}}).problems, ElementsAre(HasSubstr("did you mean Log:Level?")));
    EXPECT_THAT(load("", {}, {{"Nonsense", "1"}}).problems, ElementsAre(HasSubstr("--Nonsense")));
    EXPECT_THAT(load("", {"Jwt__CompletelyElse=1"}).problems, ElementsAre(Not(HasSubstr("did you mean"))));
}

TEST(Settings, MistypedSectionsAreSeen) {
    EXPECT_THAT(load("", {"RabitMQ__ConnectionString=amqp://x"}).problems,
                ElementsAre(HasSubstr("RabbitMQ__ConnectionString")));
    EXPECT_THAT(load(R"({"Shutdwon": {"LameDuck": "1s"}})").problems, ElementsAre(HasSubstr("Shutdown:LameDuck")));
}

TEST(Settings, WhatBelongsToOthersIsLeftAlone) {
    EXPECT_THAT(load(R"({"Logging": {"LogLevel": {"Default": "Debug"}}, "AllowedHosts": "*"})",
                     {"PATH=/bin", "HTTP_PROXY=x", "MY__APP__SETTING=1", "_=x", "=x", "nothing",
                      "OTEL_LOGS_EXPORTER=none", "RABBITMQ_PORT_5672_TCP=tcp://10.0.0.1"})
                    .problems,
                IsEmpty());
}

TEST(Settings, BadValuesAreNamedWithWhatIsExpectedAllAtOnce) {
    const auto problems =
        load("", {"RabbitMQ__MaxProcessingAttempts=many", "DevJwt__ExpiresMinutes=0", "WorkflowState__Ttl=soon",
                  "Log__Access=perhaps", "Environment=Staging", "Jwt__Isuer=x"})
            .problems;
    EXPECT_THAT(problems, SizeIs(6));
    const auto all = testing::PrintToString(problems);
    EXPECT_THAT(all, HasSubstr("an integer from 1 to 100"));
    EXPECT_THAT(all, HasSubstr("an integer from 1 to 525600"));
    EXPECT_THAT(all, HasSubstr("00:30:00"));
    EXPECT_THAT(all, HasSubstr("true or false"));
    EXPECT_THAT(all, HasSubstr("one of Production, Development"));
}

TEST(Settings, FileTypesAreChecked) {
    struct row {
        const char *file, *says;
    };
    for (const auto& [file, says] :
         std::initializer_list<row>{{R"({"RabbitMQ": {"MaxProcessingAttempts": true}})",
                                     "an integer from 1 to 100 is expected, not true or false"},
                                    {R"({"RabbitMQ": {"QueueName": 5}})", "text is expected, not a number"},
                                    {R"({"RabbitMQ": {"QueueName": ["a"]}})", "text is expected, not an array"},
                                    {R"({"RabbitMQ": {"QueueName": {"x": 1}}})", "text is expected, not a section"},
                                    {R"({"Log": {"Access": 1}})", "true or false is expected, not a number"},
                                    {R"({"Cors": {"Origins": [["a"]]}})", "every item of a list"},
                                    {R"({"Cors": {"Origins": [null]}})", "every item of a list"},
                                    {R"({"RabbitMQ": {"MaxProcessingAttempts": 1.5}})", "1.5"},
                                    {R"([1])", "an object of sections"},
                                    {R"({"a": 1,)", "is not JSON"},
                                    {"{\n\"Jwt\": {\"Issuer\": \"a\", \"issuer\": \"b\"}}", "twice"},
                                    {"{ // comment\n}", "is not JSON"},
                                    {"{} x", "is not JSON"}}) {
        EXPECT_THAT(load(file).problems, ElementsAre(HasSubstr(says))) << file;
    }
}

TEST(Settings, FileTakesNumbersBooleansListsAndNull) {
    const auto [s, problems] = load(
        "\xEF\xBB\xBF"
        R"({"RabbitMQ": {"MaxProcessingAttempts": 7, "QueueName": null}, "Log": {"Access": true},
        "Cors": {"Origins": ["http://a", "http://b"]}, "WorkflowState": {"Ttl": 90}, "Jwt:Issuer": "me"})");
    EXPECT_THAT(problems, IsEmpty());
    EXPECT_EQ(7, s.integer("RabbitMQ:MaxProcessingAttempts"));
    EXPECT_EQ("order.accepted", s.text("RabbitMQ:QueueName"));
    EXPECT_TRUE(s.boolean("Log:Access"));
    EXPECT_THAT(s.list("Cors:Origins"), ElementsAre("http://a", "http://b"));
    EXPECT_EQ(90s, s.duration("WorkflowState:Ttl"));
    EXPECT_EQ("me", s.text("Jwt:Issuer"));
}

TEST(Settings, MissingFileIsAProblem) {
    EXPECT_THAT(load_settings({platform::common_settings(), "/nonexistent/settings.json", {}, {}}).problems,
                ElementsAre(HasSubstr("can't be read")));
}

TEST(Settings, ListsAreSplitOrIndexed) {
    EXPECT_THAT(load("", {"Cors__Origins=http://a; http://b,http://c"}).values.list("Cors:Origins"),
                ElementsAre("http://a", "http://b", "http://c"));
    EXPECT_THAT(load("", {"Cors__Origins__1=http://b", "Cors__Origins__0=http://a"}).values.list("Cors:Origins"),
                ElementsAre("http://a", "http://b"));
    EXPECT_THAT(load("", {"Cors__Origins="}).values.list("Cors:Origins"), IsEmpty());
}

TEST(Settings, AnAliasGivesWayToTheNameItself) {
    EXPECT_EQ("Development", load("", {"DOTNET_ENVIRONMENT=development"}).values.text("Environment"));
    EXPECT_EQ("Production",
              load("", {"DOTNET_ENVIRONMENT=Development", "Environment=Production"}).values.text("Environment"));
    EXPECT_EQ("svc", load("", {"OTEL_SERVICE_NAME=svc"}).values.text("OpenTelemetry:ServiceName"));
}

TEST(Settings, AnEmptyVariableOfANumberCountsAsNotSet) {
    const auto [s, problems] = load("", {"RabbitMQ__MaxProcessingAttempts=", "Jwt__Issuer="});
    EXPECT_THAT(problems, IsEmpty());
    EXPECT_EQ(5, s.integer("RabbitMQ:MaxProcessingAttempts"));
    EXPECT_EQ("", s.text("Jwt:Issuer"));
}

TEST(Settings, TheSameNameTwiceInOneLayerIsAProblem) {
    EXPECT_THAT(load("", {"Jwt__Issuer=a", "JWT__ISSUER=b"}).problems, ElementsAre(HasSubstr("twice")));
    EXPECT_THAT(load("", {"Jwt__Issuer=a", "JWT__ISSUER=a"}).problems, IsEmpty());
}

TEST(Settings, SecretsAreNeverShown) {
    auto table = platform::common_settings();
    table.push_back({.name = "Jwt:Pin", .what = setting::type::integer, .fallback = "1", .secret = true});
    const auto [s, problems] = load_settings(
        {table,
         std::nullopt,
         {},
         {"Jwt__SigningKey=hush-hush", "Jwt__Pin=hush-pin", "RabbitMQ__ConnectionString=amqp://u:hush-pw@h"}});
    EXPECT_THAT(s.print(), AllOf(HasSubstr("Jwt:SigningKey = [secret]  # environment"), Not(HasSubstr("hush"))));
    EXPECT_THAT(problems, ElementsAre(Not(HasSubstr("hush"))));
}

TEST(Settings, ALaterTableEntryReplacesAnEarlierOne) {
    auto table = platform::common_settings();
    table.push_back({.name = "Urls", .what = setting::type::list, .fallback = "http://localhost:4200"});
    EXPECT_EQ("http://localhost:4200", load_settings({table, std::nullopt, {}, {}}).values.text("Urls"));
}

TEST(Settings, AskingForAnUnknownNameIsABug) {
    EXPECT_THROW(load("").values.text("No:Such"), std::logic_error);
    EXPECT_FALSE(load("").values.knows("No:Such"));
}

TEST(Settings, ReferenceHoldsEverySettingOnce) {
    const auto table = platform::common_settings();
    const auto page = platform::settings_reference(table);
    EXPECT_EQ(table.size() + 2, static_cast<std::size_t>(std::count(page.begin(), page.end(), '\n')));
    EXPECT_THAT(page, AllOf(HasSubstr("| `RabbitMQ__MaxProcessingAttempts` | an integer from 1 to 100 | `5` |"),
                            HasSubstr("`DOTNET_ENVIRONMENT`")));
    EXPECT_THAT(platform::settings_help(table), HasSubstr("--WorkflowState:Ttl=duration  (00:30:00)"));
}

TEST(NearestName, FindsSlipsAndNothingElse) {
    const std::vector<std::string> known{"Jwt:Issuer", "Jwt:Audience", "RabbitMQ:QueueName"};
    EXPECT_EQ("Jwt:Issuer", platform::nearest_name("jwt:isuer", known));
    EXPECT_EQ("", platform::nearest_name("Redis:Host", known));
    EXPECT_EQ(3u, platform::edit_distance("kitten", "sitting"));
}
