#include "orders/judge.hpp"

namespace orders {
namespace {

bool same(const new_order& a, const new_order& b) { return a.customer == b.customer && a.print == b.print; }
bool same(const new_order& o, const standing_row& row) { return o.customer == row.customer && o.print == row.print; }
bool clash(const new_order& o, const standing_failure& failure) {
    return (failure.customer && *failure.customer != o.customer) || (failure.print && *failure.print != o.print);
}

inserted_order reused() { return {.what = insert_result::key_reused, .id = 0, .deleted = false, .detail = {}}; }

inserted_order against(const new_order& o, const standing_row& row) {
    if (!same(o, row)) return reused();
    return {.what = insert_result::already_there, .id = row.id, .deleted = row.deleted, .detail = {}};
}

}  // namespace

judgement judge(std::span<const new_order> batch, const standing_by_id& stands) {
    judgement out;
    out.answers.resize(batch.size());
    std::unordered_map<contracts::correlation_id, std::size_t> firsts;
    firsts.reserve(batch.size());
    for (std::size_t at = 0; at < batch.size(); ++at) {
        const auto& order = batch[at];
        if (const auto there = stands.find(order.id); there != stands.end()) {
            const auto& [row, failure] = there->second;
            if (row) {
                out.answers[at] = against(order, *row);
                continue;
            }
            if (failure && clash(order, *failure)) {
                out.answers[at] = reused();
                continue;
            }
        }
        const auto [first, is_first] = firsts.try_emplace(order.id, at);
        if (is_first)
            out.to_write.push_back(at);
        else if (same(order, batch[first->second]))
            out.twins.push_back({at, first->second});
        else
            out.answers[at] = reused();
    }
    return out;
}

void settle_twins(judgement& j) {
    for (const auto& [at, first] : j.twins) {
        j.answers[at] = j.answers[first];
        if (j.answers[at].what == insert_result::inserted) j.answers[at].what = insert_result::already_there;
    }
}

}  // namespace orders
