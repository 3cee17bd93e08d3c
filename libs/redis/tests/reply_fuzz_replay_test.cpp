// The fuzzer's check on its corpus and on many repeatable mutations of it, so that every test run has a little of it.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/id_source.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::vector<std::string> corpus() {
    std::vector<std::string> all;
    for (const auto& file : std::filesystem::directory_iterator{REDIS_REPLY_CORPUS}) {
        std::ifstream in{file.path(), std::ios::binary};
        all.emplace_back(std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{});
    }
    std::ranges::sort(all);
    return all;
}

void try_one(const std::string& bytes) {
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

std::string mutated(std::string bytes, const std::vector<std::string>& others, base::id_source& ids) {
    constexpr std::string_view telling{"+-:$*\r\n0129"};
    for (auto changes = 1 + ids.next_u64() % 4; changes > 0; --changes) {
        const auto at = ids.next_u64() % (bytes.size() + 1);
        switch (ids.next_u64() % 4) {
            case 0:
                bytes.insert(at, 1, telling[ids.next_u64() % telling.size()]);
                break;
            case 1:
                bytes.erase(at, 1 + ids.next_u64() % 3);
                break;
            case 2:
                if (at < bytes.size()) bytes[at] = static_cast<char>(ids.next_u64());
                break;
            default:
                bytes.insert(at, others[ids.next_u64() % others.size()]);
        }
    }
    return bytes;
}

TEST(ReplyFuzz, FindsNothingInItsCorpusAndItsMutations) {
    const auto seeds = corpus();
    ASSERT_GE(seeds.size(), 3U) << "the corpus is missing";
    base::seeded_ids ids{20};
    for (const auto& seed : seeds) try_one(seed);
    for (int i = 0; i < 20'000; ++i) try_one(mutated(seeds[ids.next_u64() % seeds.size()], seeds, ids));
}

}  // namespace
