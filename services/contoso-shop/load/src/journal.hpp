// The ledger on disk: one line per fact, appended, and handed to the kernel before what it speaks of is sent,
// so that it outlives the death of the server and of this client (not of the machine).
//
//   # contoso-load 1 <url>
//   U <user> <user id>
//   B <basket> <product>*<quantity>,…        product percent-encoded
//   I <n> <user> <basket> <key or -> <id or ->   intent
//   A <n> <id>                               answered 201
//   R <n> <status>                           refused for good
//   N <user> <id> <status> <order id> <sequence>  told by the hub
//   E                                        ended in order
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/uuid.hpp"

namespace load {

struct basket {
    struct line {
        std::string product;
        std::int64_t quantity = 0;
        friend bool operator==(const line&, const line&) = default;
    };
    std::vector<line> lines;

    std::string body() const;  // of POST /api/orders
    std::string text() const;  // as the journal has it
    static base::result<basket> read(std::string_view text);
};

class journal {
public:
    // An empty path: writes nowhere. `unavailable` when the file can't be opened. Never overwrites: it must
    // be new or empty.
    static base::result<std::unique_ptr<journal>> open(const std::string& path, std::string_view url);
    ~journal();
    journal(const journal&) = delete;
    journal& operator=(const journal&) = delete;

    void user(std::size_t n, std::string_view id);
    void goods(std::size_t n, const basket& b);
    void intent(std::size_t n, std::size_t user, std::size_t basket, const base::uuid& key, const base::uuid& id);
    void accepted(std::size_t n, const base::uuid& id);
    void refused(std::size_t n, unsigned status);
    void told(std::size_t user, const base::uuid& id, std::string_view status, std::int64_t order,
              std::int64_t sequence);
    void ended();

    bool dirty() const noexcept { return !pending_.empty(); }
    bool flush();  // one write; false: the disk did not take it
    bool active() const noexcept { return file_ >= 0; }

private:
    explicit journal(int file) : file_{file} {}
    journal& add(char kind);
    journal& add(std::size_t number);
    journal& add(std::string_view word);
    journal& add(const base::uuid& id);
    void end_line();

    int file_;
    std::string pending_;
};

// What a journal says. A last line that was cut off is left out: what it spoke of was never sent.
struct journal_content {
    struct intent {
        std::size_t user = 0, basket = 0;
        base::uuid key, id;  // nil: none
        bool accepted = false;
        unsigned refused = 0;  // status
    };
    std::string url;
    std::vector<std::string> users;
    std::vector<basket> baskets;
    std::vector<intent> intents;
    std::uint64_t told = 0;
    bool ended = false;
};
base::result<journal_content> read_journal(const std::string& path);
base::result<journal_content> parse_journal(std::string_view text);

}  // namespace load
