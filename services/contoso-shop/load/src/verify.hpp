// Holds a ledger against what the server has: every 201 is exactly one order with the items that were sent,
// and there is no order that nobody asked for (P1, P2, P6).
#pragma once
#include <boost/asio/awaitable.hpp>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "journal.hpp"
#include "load/load.hpp"
#include "net/loop.hpp"
#include "prepare.hpp"

namespace load {

struct findings {
    std::uint64_t intended = 0, accepted = 0, completed = 0, failed = 0;
    std::uint64_t rows = 0;                                         // orders that the pages showed
    std::uint64_t unanswered_rows = 0;                              // of those: sent, and never answered 201; allowed
    std::uint64_t lost = 0, doubled = 0, foreign = 0, altered = 0;  // altered: other items than sent
    std::vector<std::string> examples;                              // the first few of what is wrong

    bool kept() const noexcept { return lost + doubled + foreign + altered == 0; }
};

// One row of GET /api/orders, or the answer of GET /api/orders/{id}.
struct seen_order {
    base::uuid id;
    std::int64_t order = 0;
    std::string status;
    std::vector<basket::line> lines;
};
bool read_order(std::string_view object, seen_order& into);

// The comparison itself, without a server.
class auditor {
public:
    explicit auditor(const journal_content& book);
    void saw_row(std::size_t user, const seen_order& o);  // in a page of `user`
    // 201s that no page showed; each has to be asked for by its id.
    std::vector<std::size_t> missing() const;
    void asked(std::size_t intent, unsigned status, const seen_order& o);  // the last word on it
    findings result() const { return found_; }

private:
    void complain(std::string text);
    void compare(std::size_t intent, const seen_order& o);

    const journal_content& book_;
    std::map<base::uuid, std::size_t> by_id_;
    std::map<std::size_t, std::uint64_t> may_exist_;  // by user: intents without key and answer
    std::vector<std::int64_t> row_of_;                // by intent: order id, 0 none
    findings found_;
};

// Loop thread only.
base::task<findings> verify(net::loop& on, const options& o, const places& at, const journal_content& book);

}  // namespace load
