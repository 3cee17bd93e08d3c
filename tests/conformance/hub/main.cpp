// signalr_conformance_hub: what the suites in tests/conformance/signalr talk to. Says "listening URL" when it does; GET URL/variants
// tells where the same hub runs with other options.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <charconv>
#include <iostream>
#include <optional>

#include "net/tls.hpp"
#include "site.hpp"

namespace {

using namespace conformance;
using std::chrono::seconds;

struct options {
    std::uint16_t port = 0;
    std::size_t loops = 2;
    std::string certificate, key;  // PEM; without them there is no variant with TLS
};

std::optional<options> read(int argc, char** argv) {
    options o;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view name = argv[i], value = argv[i + 1];
        if (name == "--port")
            std::from_chars(value.data(), value.data() + value.size(), o.port);
        else if (name == "--loops")
            std::from_chars(value.data(), value.data() + value.size(), o.loops);
        else if (name == "--certificate")
            o.certificate = value;
        else if (name == "--key")
            o.key = value;
        else
            return std::nullopt;
    }
    if (argc % 2 == 0) return std::nullopt;
    return o;
}

// The servers that the captures were taken from; the first is the official clients' suite's.
std::vector<variant> variants(bool tls) {
    signalr::hub_options plain;
    plain.protocols.messagepack = true;
    auto detailed = plain;
    detailed.enable_detailed_errors = true;
    detailed.protocols.json_names = signalr::member_names::as_declared;
    auto minimum = plain;
    minimum.minimum_negotiate_version = 1;
    auto short_poll = plain;
    short_poll.poll_timeout = seconds{2};
    auto stateful = plain;
    stateful.allow_stateful_reconnects = true;
    auto small = detailed;
    small.allow_stateful_reconnects = true;
    small.stateful_buffer_size = 1000;
    std::vector<variant> all{{"detailed", detailed, true}, {"plain", plain},       {"minimum-version-1", minimum},
                             {"short-poll", short_poll},   {"stateful", stateful}, {"small-replay-buffer", small}};
    if (tls) all.push_back({"https", detailed, true, true});
    return all;
}

std::string about(const std::vector<std::pair<std::string, std::string>>& urls) {
    std::string json = R"({"server":"contoso","protocols":["json","messagepack"],"variants":{)";
    for (const auto& [name, url] : urls) json += '"' + name + "\":\"" + url + "\",";
    json.back() = '}';
    return json + '}';
}

int serve(const options& o) {
    net::loops loops{o.loops};
    std::shared_ptr<net::tls_context> tls;
    if (!o.certificate.empty()) {
        net::tls_server_options files;
        files.certificate_path = o.certificate;
        files.key_path = o.key;
        auto made = net::make_tls_server(files);
        if (!made) return std::cerr << made.error().message << '\n', 1;
        tls = *made;
    }
    std::vector<std::unique_ptr<site>> sites;
    std::vector<std::pair<std::string, std::string>> urls;
    for (auto& v : variants(tls != nullptr)) {
        auto opened = open_site(v, sites.empty() ? o.port : std::uint16_t{0}, loops, tls);
        if (!opened) return std::cerr << opened.error().message << '\n', 1;
        urls.emplace_back(v.name, (*opened)->url());
        sites.push_back(std::move(*opened));
    }
    sites.front()->set_about(about(urls));
    loops.start();
    std::cout << "listening " << sites.front()->url() << std::endl;

    boost::asio::io_context here;
    boost::asio::signal_set stop{here, SIGINT, SIGTERM};
    stop.async_wait([](auto, int) {});
    here.run();
    for (const auto& s : sites) s->stop_accepting();
    for (const auto& s : sites)
        boost::asio::co_spawn(
            here, [&s]() -> boost::asio::awaitable<void> { co_await s->shut_down(); }, [](std::exception_ptr) {});
    here.restart();
    here.run();
    loops.stop();
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const auto o = read(argc, argv);
    if (o) return serve(*o);
    std::cerr << "signalr_conformance_hub [--port N] [--loops N] [--certificate PEM --key PEM]\n";
    return 64;
}
