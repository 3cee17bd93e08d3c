#include "shop_settings.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "base/id_source.hpp"
#include "platform/service.hpp"
#include "platform/setting_kinds.hpp"

namespace shop {
namespace {

using platform::setting;

std::string hex(const std::array<std::uint8_t, 32>& bytes) {
    constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (const auto b : bytes) (out += digits[b >> 4]) += digits[b & 15];
    return out;
}

// O_EXCL: of two programs that start together one writes, the other reads.
void write_private(const std::string& path, const std::string& text) {
    const int file = ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (file < 0) return;
    const auto wrote = ::write(file, text.data(), text.size());
    ::close(file);
    if (wrote != static_cast<ssize_t>(text.size())) throw std::runtime_error{"can't write " + path};
}

constexpr std::string_view sqlite_scheme = "sqlite:";

bool is_sqlite(const std::string& connection) { return connection.empty() || connection.starts_with(sqlite_scheme); }

}  // namespace

std::vector<setting> settings_table() {
    using namespace platform::kinds;
    auto table = platform::common_settings();
    table.push_back(
        text("Web:Root", "", "Folder of the page that is served at /; empty: the one built beside the program."));
    table.push_back(integer("Broker:MaxMessages", "1000000",
                            "Messages that may wait in one embedded queue; above, intake answers 503.", 1,
                            1'000'000'000));
    table.push_back(integer("Broker:Prefetch", "1000", "Messages that a consumer has in hand at most.", 1, 100'000));
    table.push_back(integer("Broker:Batch", "500", "Messages in one transaction of order-process at most.", 1, 10'000));
    table.push_back(integer("Sqlite:Readers", "2", "Reader connections, a thread each.", 1, 64));
    table.push_back(
        integer("Sqlite:MinFreeMegabytes", "64", "Free disk below which intake answers 503.", 0, 1'000'000));
    table.push_back(
        integer("WorkflowState:MaxOrders", "100000",
                "Orders whose transient state is kept, 1 KB each; the oldest go first, SQL answers for them.", 1'000,
                100'000'000));
    table.push_back(
        duration("Intake:PublishDeadline", "5s", "How long POST /api/orders waits for the broker's confirm."));
    return table;
}

bool is_development(const platform::settings& s) { return s.text("Environment") == "Development"; }

std::string database_path(const platform::settings& s, const std::string& data_directory) {
    const auto given = s.text("ConnectionStrings:Contoso");
    return given.starts_with(sqlite_scheme) ? given.substr(sqlite_scheme.size()) : data_directory + "/contoso.db";
}

std::vector<std::string> problems_between(const platform::settings& s) {
    std::vector<std::string> out;
    if (!is_sqlite(s.text("ConnectionStrings:Contoso")))
        out.push_back(
            "ConnectionStrings:Contoso: the single program keeps orders in SQLite; give sqlite:PATH or leave it out");
    for (const auto* name :
         {"RabbitMQ:ConnectionString", "AzureServiceBus:ConnectionString", "ConnectionStrings:Redis"})
        if (!s.text(name).empty())
            out.push_back(std::string{name} +
                          ": the single program has its own broker and workflow store; leave it out");
    if (s.boolean("OpenTelemetry:Enabled"))
        out.push_back("OpenTelemetry:Enabled: this version writes logs and metrics but sends no traces; leave it out");
    for (auto& p : platform::settings_problems(s)) out.push_back(std::move(p));
    return out;
}

std::string development_key(const platform::settings& s, const std::string& data_directory) {
    if (auto given = s.text("DevJwt:SigningKey"); !given.empty()) return given;
    const auto path = data_directory + "/development.key";
    if (!std::filesystem::exists(path)) {
        std::array<std::uint8_t, 32> random{};
        base::system_ids().fill(random);
        write_private(path, hex(random));
    }
    std::ifstream in{path};
    std::string key{std::istreambuf_iterator<char>{in}, {}};
    if (key.size() < 32) throw std::runtime_error{path + " is no signing key; remove it and start again"};
    return key;
}

}  // namespace shop
