#include "outbox.hpp"

#include <gtest/gtest.h>

namespace net {
namespace {

std::string drain(outbox& o, std::size_t at_once) {
    std::string all;
    while (!o.empty()) {
        std::array<iovec, 4> pieces;
        const auto n = o.gather(pieces);
        std::size_t left = at_once, taken = 0;
        for (std::size_t i = 0; i < n && left > 0; ++i) {
            const auto part = std::min(left, pieces[i].iov_len);
            all.append(static_cast<const char*>(pieces[i].iov_base), part);
            left -= part;
            taken += part;
        }
        o.consume(taken);
    }
    return all;
}

TEST(Outbox, KeepsOrderHoweverMuchTheKernelTakes) {
    const auto shared = std::make_shared<const std::string>(3'000, 's');
    for (const std::size_t at_once : {1U, 7U, 1'000U, 100'000U}) {
        outbox o;
        std::string expected;
        for (int i = 0; i < 20; ++i) {
            o.append(std::string_view{"small"});
            o.append(std::string(5'000, static_cast<char>('a' + i)));
            o.append(shared);
            expected += "small" + std::string(5'000, static_cast<char>('a' + i)) + *shared;
        }

        EXPECT_EQ(expected.size(), o.size());
        EXPECT_TRUE(expected == drain(o, at_once)) << at_once;
    }
}

TEST(Outbox, GathersSmallPieces) {
    outbox o;
    for (int i = 0; i < 1'000; ++i) o.append(std::string_view{"0123456789"});

    std::array<iovec, 4> pieces;
    EXPECT_EQ(1U, o.gather(pieces));
    EXPECT_EQ(10'000U, pieces[0].iov_len);
}

TEST(Outbox, ReferencesWhatIsShared) {
    const auto shared = std::make_shared<const std::string>(3'000, 's');
    outbox o;

    o.append(shared);
    EXPECT_EQ(2, shared.use_count());
    o.consume(3'000);

    EXPECT_EQ(1, shared.use_count());
}

TEST(Outbox, PassesMarksInOrder) {
    outbox o;
    o.append(std::string_view{"abc"});
    o.mark([] {});
    o.append(std::string_view{"def"});
    o.mark([] {});

    EXPECT_EQ(0U, o.passed_marks().size());
    o.consume(4);
    EXPECT_EQ(1U, o.passed_marks().size());
    o.consume(2);
    EXPECT_EQ(1U, o.passed_marks().size());
}

}  // namespace
}  // namespace net
