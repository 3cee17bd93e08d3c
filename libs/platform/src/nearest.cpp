#include "nearest.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include "text.hpp"

namespace platform {

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (lower(a[i]) != lower(b[j]));
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

std::string nearest_name(std::string_view wrong, std::span<const std::string> known) {
    std::string best;
    std::size_t least = std::min<std::size_t>(4, std::max<std::size_t>(1, wrong.size() / 3)) + 1;
    for (const auto& name : known) {
        const auto d = edit_distance(wrong, name);
        if (d >= least) continue;
        least = d;
        best = name;
    }
    return best;
}

}  // namespace platform
