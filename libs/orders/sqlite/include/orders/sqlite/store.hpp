// The system of record in one SQLite file.
#pragma once
#include <memory>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "orders/store.hpp"
#include "sqlite/database.hpp"

namespace orders {

// The file must have been migrated (orders/sqlite/schema.hpp). `db` and `time` must outlive the store and
// every call. Given a unit of `db`, insert() and record_failures() join it; given none or another's, they are
// durable when they return.
std::unique_ptr<store> make_sqlite_store(sqlite::database& db, const base::clock& time, base::log_scope log = {});

}  // namespace orders
