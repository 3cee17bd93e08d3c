#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <latch>
#include <stdexcept>
#include <thread>

#include "commands.hpp"
#include "platform/service.hpp"
#include "shop.hpp"
#include "shop_settings.hpp"

namespace shop {
namespace {

namespace fs = std::filesystem;

constexpr int exit_failed = 70;

fs::path program_folder() {
    std::error_code ec;
    const auto self = fs::read_symlink("/proc/self/exe", ec);
    return ec ? fs::current_path() : self.parent_path();
}

web_folders folders_of(const platform::settings& s) {
    const auto beside = program_folder();
    const auto page = s.text("Web:Root");
    return {.page = page.empty() ? (beside / "www").string() : page,
            .docs = (beside / "docs").string(),
            .openapi = (beside / "openapi.yaml").string()};
}

// Each connection is a file: the soft limit is raised to the hard one, as servers do.
void raise_file_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

// A directory that goes with the object.
class scratch_directory {
public:
    scratch_directory() {
        std::string pattern = (fs::temp_directory_path() / "contoso-shop-XXXXXX").string();
        if (!mkdtemp(pattern.data())) throw std::runtime_error{"can't make a temporary directory"};
        path_ = pattern;
    }
    scratch_directory(const scratch_directory&) = delete;
    scratch_directory& operator=(const scratch_directory&) = delete;
    ~scratch_directory() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    const std::string& path() const noexcept { return path_; }

private:
    std::string path_;
};

// Until a signal asks, or until the shop can't go on.
void wait_for_the_end(const shop& s, std::latch& asked) {
    while (!asked.try_wait() && s.healthy()) std::this_thread::sleep_for(std::chrono::milliseconds{50});
}

void greet(const shop& s, const std::string& data, bool ephemeral, bool development) {
    for (const auto& url : s.urls()) std::printf("Contoso Shop is serving on %s\n", url.c_str());
    const auto url = s.urls().empty() ? std::string{} : s.urls().front();
    std::printf(
        "  shop      %s/\n  interface %s/docs\n  hub       %s/hubs/order-status\n  health    %s/health/ready   "
        "%s/metrics\n",
        url.c_str(), url.c_str(), url.c_str(), url.c_str(), url.c_str());
    std::printf("  data      %s%s\n", data.c_str(), ephemeral ? "   (removed at the end)" : "");
    if (development)
        std::printf("Development: anyone can get a token at /dev/token. Ctrl-C stops it in order, twice at once.\n");
    std::fflush(stdout);
}

int run(const platform::settings& s, const std::string& data, bool ephemeral) {
    std::latch asked{1};
    const platform::stop_signals signals{[&asked](int) { asked.count_down(); }};  // before any other thread starts
    raise_file_limit();
    const auto sink = platform::make_json_log(platform::read_log_level(s.text("Log:Level")));
    const base::log_scope log{*sink};
    const auto it = make_shop(s, data, folders_of(s), log);
    if (auto started = it->start(); !started) {
        std::fprintf(stderr, "contoso-shop: %s\n", started.error().message.c_str());
        return exit_failed;
    }
    greet(*it, data, ephemeral, is_development(s));
    wait_for_the_end(*it, asked);
    if (!it->healthy()) {
        // Whatever is in doubt is decided by recovery at the next start; a tidy shutdown could only add to it.
        std::fprintf(
            stderr,
            "contoso-shop: the database met an I/O error; ended so that the next start can recover. Check the disk.\n");
        std::fflush(stderr);
        _exit(exit_failed);
    }
    std::printf("Stopping: finishing what is in hand.\n");
    std::fflush(stdout);
    it->stop();
    sink->flush();
    return 0;
}

}  // namespace

std::optional<platform::settings> load_or_complain(const serve_options& o) {
    platform::load_input in;
    in.table = settings_table();
    in.file = o.config;
    in.flags = o.settings;
    in.environment = platform::process_environment();
    if (o.environment) in.flags.emplace_back("Environment", *o.environment);
    if (o.port) in.flags.emplace_back("Urls", "http://localhost:" + std::to_string(*o.port));
    auto loaded = platform::load_settings(in);
    auto problems = std::move(loaded.problems);
    if (problems.empty()) problems = problems_between(loaded.values);
    if (problems.empty()) return std::move(loaded.values);
    for (const auto& p : problems) std::fprintf(stderr, "contoso-shop: %s\n", p.c_str());
    std::fprintf(stderr,
                 "contoso-shop: %zu problem%s in the settings, nothing was started; `settings` lists them all\n",
                 problems.size(), problems.size() == 1 ? "" : "s");
    return std::nullopt;
}

int serve(const serve_options& o) {
    const auto s = load_or_complain(o);
    if (!s) return platform::exit_config;
    if (o.print_config) std::fputs(s->print().c_str(), stdout);
    if (o.check_config) std::printf("The settings are good.\n");
    if (o.print_config || o.check_config) return 0;
    if (!o.ephemeral) return run(*s, o.data, false);
    const scratch_directory scratch;
    return run(*s, scratch.path(), true);
}

}  // namespace shop
