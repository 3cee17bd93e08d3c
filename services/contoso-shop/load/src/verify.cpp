#include "verify.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "scan.hpp"
#include "wire.hpp"

namespace load {
namespace {

constexpr std::size_t kept_examples = 10;
constexpr int page_size = 100;

net::http::client_request request_for(std::string target, const std::string& token) {
    net::http::client_request r;
    r.target = std::move(target);
    r.headers = {{"Authorization", "Bearer " + token}};
    return r;
}

boost::asio::awaitable<void> pause(std::chrono::milliseconds time) {
    boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor, time};
    co_await timer.async_wait(boost::asio::use_awaitable);
}

// Again while the server is away or says 503, until `until`.
base::task<net::http::client_response> patiently(net::http::client& by, std::string target, const std::string& token,
                                                 nanos until) {
    for (;;) {
        auto a = co_await by.fetch(request_for(target, token));
        if (a && a->status != 503 && a->status != 429) co_return a;
        if (steady_nanos() > until) {
            if (!a) co_return std::unexpected(a.error());
            co_return base::fail(base::fault_kind::unavailable,
                                 "GET " + target + " answers " + std::to_string(a->status));
        }
        co_await pause(std::chrono::milliseconds{200});
    }
}

base::task<> read_pages(net::http::client& by, auditor& audit, std::size_t user, const std::string& token,
                        nanos until) {
    for (std::int64_t offset = 0;; offset += page_size) {
        const auto target = "/api/orders?offset=" + std::to_string(offset) + "&size=" + std::to_string(page_size);
        const auto page = co_await patiently(by, target, token, until);
        if (!page) co_return std::unexpected(page.error());
        if (page->status != 200)
            co_return base::fail(base::fault_kind::invalid,
                                 "GET " + target + " answered " + std::to_string(page->status));
        std::size_t rows = 0;
        scan::elements walk{scan::member(page->body, "items")};
        for (std::string_view object; walk.next(object); ++rows) {
            seen_order o;
            if (!read_order(object, o))
                co_return base::fail(base::fault_kind::invalid,
                                     "an order that can't be read: " + std::string{object.substr(0, 200)});
            audit.saw_row(user, o);
        }
        if (rows < page_size) co_return base::result<>{};
    }
}

bool waits(const seen_order& o) { return o.status == "Accepted" || o.status == "Processing"; }

}  // namespace

bool read_order(std::string_view object, seen_order& into) {
    bool has_id = false;
    scan::members walk{object};
    for (std::string_view name, value; walk.next(name, value);) {
        if (name == "correlationId") {
            const auto id = base::uuid::parse(scan::text(value));
            if (id) into.id = *id, has_id = true;
        } else if (name == "id") {
            into.order = scan::integer(value).value_or(0);
        } else if (name == "status") {
            into.status = scan::text(value);
        } else if (name == "items") {
            scan::elements items{value};
            for (std::string_view item; items.next(item);)
                into.lines.push_back({std::string{scan::text(scan::member(item, "productId"))},
                                      scan::integer(scan::member(item, "quantity")).value_or(0)});
        }
    }
    return has_id;
}

auditor::auditor(const journal_content& book) : book_{book}, row_of_(book.intents.size()) {
    found_.intended = book.intents.size();
    for (std::size_t i = 0; i < book.intents.size(); ++i) {
        const auto& e = book.intents[i];
        if (e.accepted) ++found_.accepted;
        if (e.id.is_nil())
            ++may_exist_[e.user];
        else if (!by_id_.try_emplace(e.id, i).second)
            ++found_.doubled, complain(e.id.str() + " was answered for two orders");
    }
}

void auditor::complain(std::string text) {
    if (found_.examples.size() < kept_examples) found_.examples.push_back(std::move(text));
}

void auditor::compare(std::size_t intent, const seen_order& o) {
    if (o.lines == book_.baskets[book_.intents[intent].basket].lines) return;
    ++found_.altered;
    complain(o.id.str() + " has other items than were sent");
}

void auditor::saw_row(std::size_t user, const seen_order& o) {
    ++found_.rows;
    const auto at = by_id_.find(o.id);
    if (at == by_id_.end()) {
        auto& left = may_exist_[user];
        if (left > 0) return void(--left), void(++found_.unanswered_rows);
        ++found_.foreign;
        return complain(o.id.str() + " was ordered by nobody");
    }
    const auto& e = book_.intents[at->second];
    if (e.user != user) {
        ++found_.foreign;
        return complain(o.id.str() + " is shown to another user");
    }
    if (row_of_[at->second] != 0) {
        ++found_.doubled;
        return complain(o.id.str() + " is there as " + std::to_string(row_of_[at->second]) + " and " +
                        std::to_string(o.order));
    }
    row_of_[at->second] = o.order;
    if (o.status == "Completed" && e.accepted) ++found_.completed;
    if (!e.accepted) ++found_.unanswered_rows;
    compare(at->second, o);
}

std::vector<std::size_t> auditor::missing() const {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < book_.intents.size(); ++i)
        if (book_.intents[i].accepted && row_of_[i] == 0) out.push_back(i);
    return out;
}

void auditor::asked(std::size_t intent, unsigned status, const seen_order& o) {
    const auto& id = book_.intents[intent].id;
    if (status == 200 && o.status == "Failed") {
        ++found_.failed;
        return;
    }
    if (status == 200 && o.status == "Completed" && o.id == id) {  // completed after its page was read
        ++found_.completed;
        row_of_[intent] = o.order;
        return compare(intent, o);
    }
    ++found_.lost;
    complain(id.str() + " was answered 201 and is " +
             (status == 200 ? "still " + o.status : "answered " + std::to_string(status)));
}

base::task<findings> verify(net::loop& on, const options& o, const places& at, const journal_content& book) {
    const auto until = steady_nanos() + nanos(o.settle * 1e9);
    net::http::client_options to;
    to.to = at.api.connect;
    const auto by = net::http::make_client(on, std::move(to));
    const auto up = co_await patiently(*by, "/health/live", {}, until);
    if (!up) co_return std::unexpected(up.error());
    const auto tokens = co_await get_tokens(on, o, at, book.users);
    if (!tokens) co_return std::unexpected(tokens.error());

    auditor audit{book};
    for (std::size_t user = 0; user < book.users.size(); ++user)
        if (const auto read = co_await read_pages(*by, audit, user, (*tokens)[user], until); !read)
            co_return std::unexpected(read.error());
    for (const auto i : audit.missing()) {
        const auto target = "/api/orders/" + book.intents[i].id.str();
        for (;;) {
            const auto a = co_await patiently(*by, target, (*tokens)[book.intents[i].user], until);
            if (!a) co_return std::unexpected(a.error());
            seen_order seen;
            if (a->status == 200) read_order(a->body, seen);
            const bool last_word = a->status == 200 && !waits(seen);
            if (last_word || steady_nanos() > until) {
                audit.asked(i, a->status, seen);
                break;
            }
            co_await pause(std::chrono::milliseconds{200});
        }
    }
    by->close();
    co_return audit.result();
}

}  // namespace load
