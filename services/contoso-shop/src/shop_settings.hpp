// The single program's own settings, and what must hold between settings before anything starts.
#pragma once
#include <string>
#include <vector>

#include "platform/settings.hpp"

namespace shop {

// platform::common_settings() and what only this program has.
std::vector<platform::setting> settings_table();

// Problems that no single setting shows: a line each, empty when all is well.
std::vector<std::string> problems_between(const platform::settings& s);

// The one file of orders and queues: ConnectionStrings:Contoso, else in the data directory.
std::string database_path(const platform::settings& s, const std::string& data_directory);

bool is_development(const platform::settings& s);

// The signing key of /dev/token: the setting, else a random one kept in the data directory (mode 0600), so that tokens
// outlive a restart. Development only.
std::string development_key(const platform::settings& s, const std::string& data_directory);

}  // namespace shop
