// The sub-commands of contoso-shop. Each answers a process exit code (sysexits where one fits).
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/settings.hpp"

namespace shop {

// What the command line said, before settings are put together.
struct serve_options {
    std::optional<int> port;    // short for Urls=http://localhost:PORT
    std::string data = "data";  // directory of orders, queues and the development key
    bool ephemeral = false;     // a fresh directory, removed at the end
    std::optional<std::string> environment;
    std::optional<std::string> config;  // appsettings.json-style file
    bool check_config = false, print_config = false;
    std::vector<std::pair<std::string, std::string>> settings;  // --Section:Name=value
};

int serve(const serve_options& o);

struct token_options {
    std::string user, data = "data";
    std::vector<std::string> roles;
    int minutes = 60;
    std::optional<std::string> config;
};
int print_token(const token_options& o);

// Which shop's file: the one that `serve` would open with the same directory, settings file and environment.
struct file_options {
    std::string data = "data";
    std::optional<std::string> config;
};
int backup(const file_options& from, const std::string& to);
int print_queues(const file_options& of, bool json);
int print_settings_reference();

// Settings from file, environment and flags; prints every problem and answers nullopt when there is one.
std::optional<platform::settings> load_or_complain(const serve_options& o);

}  // namespace shop
