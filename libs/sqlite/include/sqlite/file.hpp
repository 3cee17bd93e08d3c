// What another process may do with a database file while its owner works on it: look, and copy.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "sqlite/statement.hpp"

namespace sqlite {

// Reads only; used by one thread. `invalid`: there is no such file, or it is no database.
base::result<std::unique_ptr<connection>> open_for_reading(const std::string& path);

// A consistent copy of one moment, by way of `to` + ".part"; overwrites nothing (`conflict`). `progress` gets the pages left
// and the pages in all. Blocks.
base::result<> copy_file(const std::string& from, const std::string& to,
                         const std::function<void(int, int)>& progress = {});

}  // namespace sqlite
