#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "base/clock.hpp"
#include "commands.hpp"
#include "contracts/ids.hpp"
#include "contracts/json.hpp"
#include "messaging/embedded/stored_queues.hpp"
#include "platform/auth.hpp"
#include "shop_settings.hpp"
#include "sqlite/file.hpp"

namespace shop {
namespace {

constexpr int exit_usage = 64, exit_no_input = 66, exit_failed = 70;

int complain(const std::string& what, int code = exit_failed) {
    std::fprintf(stderr, "contoso-shop: %s\n", what.c_str());
    return code;
}

// Of the settings only this one matters here: the shop's others need not be right, or there, to copy its file.
std::optional<std::string> database_of(const file_options& o) {
    platform::load_input in;
    in.table = settings_table();
    in.file = o.config;
    in.environment = platform::process_environment();
    const auto loaded = platform::load_settings(in);
    const auto connection = loaded.values.text("ConnectionStrings:Contoso");
    if (connection.empty() || connection.starts_with("sqlite:")) return database_path(loaded.values, o.data);
    complain("ConnectionStrings:Contoso names no SQLite file (sqlite:PATH), and the single program has no other");
    return std::nullopt;
}

void print_table(const std::vector<messaging::queue_state>& queues) {
    const auto now = base::system_clock().now();
    std::printf("%-24s %10s %12s\n", "queue", "messages", "oldest");
    for (const auto& q : queues)
        std::printf("%-24s %10llu %11llds\n", q.name.c_str(), static_cast<unsigned long long>(q.ready),
                    static_cast<long long>(q.oldest ? (now - q.oldest) / 1'000'000 : 0));
}

void print_json(const std::vector<messaging::queue_state>& queues) {
    std::string out = "{\"queues\":[";
    for (const auto& q : queues) {
        if (out.back() != '[') out += ',';
        out += "{\"name\":";
        contracts::json::append_string(out, q.name);
        out += ",\"messages\":" + std::to_string(q.ready) + ",\"oldest\":";
        out += q.oldest ? '"' + base::to_rfc3339(q.oldest) + '"' : "null";
        out += '}';
    }
    std::printf("%s]}\n", out.c_str());
}

}  // namespace

int print_token(const token_options& o) {
    const auto user = contracts::read_user_id(o.user);
    if (!user)
        return complain("a user id has 1 to 64 characters, no white space around them and no control characters",
                        exit_usage);
    serve_options where;
    where.config = o.config;
    if (!o.config && std::getenv("Environment") == nullptr && std::getenv("DOTNET_ENVIRONMENT") == nullptr)
        where.environment = "Development";
    const auto s = load_or_complain(where);
    if (!s) return platform::exit_config;
    platform::token_request r;
    r.user = user->str();
    r.roles = o.roles;
    r.lifetime = std::chrono::minutes{o.minutes};
    const bool development = is_development(*s);
    if (development && s->text("DevJwt:SigningKey").empty() && !std::filesystem::is_directory(o.data))
        return complain("there is no data directory " + o.data + " yet: start the shop once, or name it by --data",
                        exit_no_input);
    r.secret = development ? development_key(*s, o.data) : s->text("Jwt:SigningKey");
    r.issuer = s->text(development ? "DevJwt:Issuer" : "Jwt:Issuer");
    r.audience = s->text(development ? "DevJwt:Audience" : "Jwt:Audience");
    std::printf("%s\n", platform::make_token(r, base::system_clock()).text.c_str());
    return 0;
}

int backup(const file_options& from, const std::string& to) {
    const auto file = database_of(from);
    if (!file) return platform::exit_config;
    if (!std::filesystem::exists(*file))
        return complain("there is no database " + *file + "; name the data directory by --data", exit_no_input);
    const bool terminal = isatty(STDERR_FILENO) == 1;
    auto done = sqlite::copy_file(*file, to, [terminal](int pages_left, int pages) {
        if (terminal && pages) std::fprintf(stderr, "\rbackup: %3d%%", 100 - pages_left * 100 / pages);
    });
    if (terminal) std::fprintf(stderr, "\n");
    if (!done) return complain("backup: " + done.error().message);
    std::printf("%s: %llu bytes\n", to.c_str(), static_cast<unsigned long long>(std::filesystem::file_size(to)));
    return 0;
}

int print_queues(const file_options& of, bool json) {
    const auto path = database_of(of);
    if (!path) return platform::exit_config;
    auto file = sqlite::open_for_reading(*path);
    if (!file) return complain(file.error().message + "; name the data directory by --data", exit_no_input);
    const auto queues = messaging::stored_queues(**file);
    if (!queues) return complain(queues.error().message);
    json ? print_json(*queues) : print_table(*queues);
    return 0;
}

int print_settings_reference() {
    std::fputs(platform::settings_reference(settings_table()).c_str(), stdout);
    return 0;
}

}  // namespace shop
