#include "base/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace {

struct kept_lines final : base::log_sink {
    std::vector<std::string> lines;
    bool enabled(base::log_level level) const noexcept override { return level != base::log_level::debug; }
    void write(base::log_level, std::string_view message, std::initializer_list<base::log_field> fields,
               const base::log_link* scope) noexcept override {
        std::string line{message};
        for (const auto& f : fields) line += ' ' + std::string{f.name} + '=' + std::string{f.value};
        for (; scope; scope = scope->outer.get()) line += ' ' + scope->name + '=' + scope->value;
        lines.push_back(line);
    }
};

}  // namespace

TEST(LogScope, CarriesItsFieldsOutward) {
    kept_lines sink;
    const base::log_scope root{sink};

    const auto request = root.with("Service", "shop").with({{"CorrelationId", "c"}, {"UserId", "u"}, {"TraceId", "t"}});
    request.with("OrderId", "7").info("order accepted", {{"Items", "2"}});
    request.debug("not written");
    root.info("plain");

    EXPECT_THAT(sink.lines,
                testing::ElementsAre("order accepted Items=2 OrderId=7 TraceId=t UserId=u CorrelationId=c Service=shop",
                                     "plain"));
}

TEST(LogScope, OutlivesTheScopeItCameFrom) {
    kept_lines sink;
    base::log_scope kept;
    {
        const auto outer = base::log_scope{sink}.with({{"A", "1"}, {"B", "2"}});
        kept = outer.with({{"C", "3"}}).with({});
    }
    kept.info("late");

    EXPECT_THAT(sink.lines, testing::ElementsAre("late C=3 B=2 A=1"));
}

TEST(LogScope, WithoutASinkItIsSilent) { base::log_scope{}.with({{"A", "1"}}).with("B", "2").error("nobody hears it"); }
