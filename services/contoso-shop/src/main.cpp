// contoso-shop: the three services in one process, and the operator's commands.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "commands.hpp"
#include "load/load.hpp"

namespace {

// --Section:Name=value and --Section:Name value; what is left over is not ours to know.
bool read_settings(const std::vector<std::string>& rest, shop::serve_options& into) {
    for (std::size_t i = 0; i < rest.size(); ++i) {
        std::string name = rest[i];
        if (!name.starts_with("--") || name.find_first_of(":_") == std::string::npos) {
            std::fprintf(stderr, "contoso-shop: '%s' is not an option; serve --help lists them\n", name.c_str());
            return false;
        }
        name.erase(0, 2);
        std::string value;
        if (const auto equals = name.find('='); equals != std::string::npos) {
            value = name.substr(equals + 1);
            name.erase(equals);
        } else if (i + 1 < rest.size()) {
            value = rest[++i];
        } else {
            std::fprintf(stderr, "contoso-shop: --%s needs a value\n", name.c_str());
            return false;
        }
        into.settings.emplace_back(std::move(name), std::move(value));
    }
    return true;
}

int run(int argc, char** argv) {
    CLI::App app{"Contoso Shop in one process: HTTP API, order processing, live notifications, on SQLite."};
    app.require_subcommand(1);
    app.set_version_flag("--version", CONTOSO_VERSION);

    shop::serve_options serving;
    auto* serve = app.add_subcommand(
        "serve", "Start the shop. Any setting can be given as --Section:Name=value (see: settings).");
    serve->allow_extras();
    serve->add_option("--port", serving.port, "Listen on http://localhost:PORT (4200)")->check(CLI::Range(0, 65535));
    serve->add_option("--data", serving.data, "Directory of orders and queues")->capture_default_str();
    serve->add_flag("--ephemeral", serving.ephemeral, "Keep nothing: a fresh data directory, removed at the end");
    serve->add_option("--environment", serving.environment, "Development or Production (Production)");
    serve->add_option("--config", serving.config, "Settings file in the form of appsettings.json")
        ->check(CLI::ExistingFile);
    serve->add_flag("--check-config", serving.check_config, "Check the settings, say every problem, start nothing");
    serve->add_flag("--print-config", serving.print_config,
                    "Print the settings in force, secrets hidden, start nothing");

    shop::token_options token;
    auto* make_token = app.add_subcommand("token", "Print a bearer token for a user, signed with the shop's key.");
    make_token->add_option("user", token.user, "User id, as CUST-0001")->required();
    make_token->add_option("--role", token.roles, "Role claim; may be repeated");
    make_token->add_option("--minutes", token.minutes, "Lifetime")
        ->capture_default_str()
        ->check(CLI::Range(1, 525'600));
    make_token->add_option("--data", token.data, "Data directory (holds the development key)")->capture_default_str();
    make_token->add_option("--config", token.config, "Settings file")->check(CLI::ExistingFile);

    shop::file_options backup_from, queues_of;
    const auto add_file_options = [](CLI::App& to, shop::file_options& o) {
        to.add_option("--data", o.data, "Data directory")->capture_default_str();
        to.add_option("--config", o.config, "Settings file")->check(CLI::ExistingFile);
    };
    std::string backup_to;
    auto* make_backup = app.add_subcommand("backup", "Copy orders and queues to FILE, while the shop runs or not.");
    make_backup->add_option("file", backup_to, "The copy; must not exist yet")->required();
    add_file_options(*make_backup, backup_from);

    bool queues_json = false;
    auto* queues = app.add_subcommand("queues", "Show what waits in the queues, dead letters too.");
    add_file_options(*queues, queues_of);
    queues->add_flag("--json", queues_json, "One JSON object");

    auto* settings = app.add_subcommand("settings", "List all settings with their defaults (Markdown).");
    load::options loading;
    auto* drive =
        app.add_subcommand("load", "Drive a running shop and prove that nothing was lost, doubled or shown to others.");
    load::add_options(*drive, loading);

    CLI11_PARSE(app, argc, argv);
    if (*serve) return read_settings(serve->remaining(), serving) ? shop::serve(serving) : 64;
    if (*make_token) return shop::print_token(token);
    if (*make_backup) return shop::backup(backup_from, backup_to);
    if (*queues) return shop::print_queues(queues_of, queues_json);
    if (*settings) return shop::print_settings_reference();
    return load::run(loading);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "contoso-shop: %s\n", e.what());
        return 70;
    }
}
