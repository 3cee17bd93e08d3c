#include "sqlite/failpoint.hpp"

#ifdef CONTOSO_FAILPOINTS
#include <signal.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <stdexcept>

namespace sqlite {
namespace {

std::string_view cut(std::string_view& rest, char at) {
    const auto end = std::min(rest.find(at), rest.size());
    const auto part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return part;
}

}  // namespace

failpoints::failpoints(std::string_view list) {
    read(list);
    if (const char* more = std::getenv("CONTOSO_FAILPOINT")) read(more);
}

void failpoints::read(std::string_view list) {
    while (!list.empty()) {
        std::string_view item = cut(list, ',');
        const std::string whole{item};
        const auto place = cut(item, ':'), hit = cut(item, ':'), action = item;
        std::uint64_t at = 0;
        const auto [end, error] = std::from_chars(hit.data(), hit.data() + hit.size(), at);
        const bool counted = error == std::errc{} && end == hit.data() + hit.size() && at > 0;
        if (place.empty() || (!counted && hit != "*") || (action != "kill" && action != "fail"))
            throw std::invalid_argument{"not a failpoint: " + whole};
        auto& added = points_.emplace_back();
        added.place = place;
        added.at = at;
        added.kill = action == "kill";
    }
}

bool failpoints::hit(std::string_view place) {
    bool fails = false;
    for (auto& p : points_) {
        if (p.place != place) continue;
        const auto count = ++p.seen;
        if (p.at != 0 && p.at != count) continue;
        if (p.kill) ::kill(::getpid(), SIGKILL);
        fails = true;
    }
    return fails;
}

bool failpoints::knows(std::string_view place) const noexcept {
    return std::ranges::any_of(points_, [&](const point& p) { return p.place == place; });
}

}  // namespace sqlite
#endif
