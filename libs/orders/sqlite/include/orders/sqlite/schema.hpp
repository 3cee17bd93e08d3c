// The schema of the SQLite file and what a fresh shop starts with; both are in the program, no files are
// read.
#pragma once
#include <cstddef>
#include <span>
#include <string_view>

#include "base/call_context.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "sqlite/database.hpp"

namespace orders {

struct migration {
    int version = 0;  // rising
    std::string_view name, sql;
    std::string_view checksum;  // SHA-256 of the text, in hex
};
std::span<const migration> sqlite_migrations();

// Applies what the file lacks, in order, one transaction each, and answers how many that were; running it
// again does nothing. `invalid`: the file was made by a newer version, or by another text of one of these.
base::task<std::size_t> migrate(const base::call_context& ctx, sqlite::database& db, const base::clock& time,
                                std::span<const migration> known = sqlite_migrations());

struct seed_files {
    std::string_view products, customers, orders;  // CSV by RFC 4180 with a header line
};
seed_files shop_seed();

struct seeded {
    std::size_t products = 0, customers = 0, orders = 0;  // how many were new
};
// One transaction. Adds what is missing and changes nothing that is there (an operator's price stays).
// `invalid` names the file and line that can't be read; nothing is written then.
base::task<seeded> seed(const base::call_context& ctx, sqlite::database& db, const base::clock& time,
                        seed_files files = shop_seed());

}  // namespace orders
