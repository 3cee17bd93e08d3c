// What must be there before the first order: users, their tokens, and goods to buy.
#pragma once
#include <string>
#include <vector>

#include "base/id_source.hpp"
#include "base/result.hpp"
#include "journal.hpp"
#include "load/load.hpp"
#include "net/http/client.hpp"
#include "net/loop.hpp"
#include "place.hpp"

namespace load {

struct places {
    place api;
    std::vector<place> hubs;  // at least one
};
base::result<places> read_places(const options& o);

// One bearer token per user: signed here when there is a key, else asked for at /dev/token. Loop thread only.
base::task<std::vector<std::string>> get_tokens(net::loop& on, const options& o, const places& at,
                                                std::vector<std::string> users);

// Baskets of one to three lines from the catalogue, chosen by `chance`. Loop thread only.
base::task<std::vector<basket>> get_baskets(net::loop& on, const place& api, std::string token,
                                            base::id_source& chance);

// One GET, told as a fault unless it is answered 200.
base::task<std::string> get(net::http::client& by, std::string target, std::string token);

}  // namespace load
