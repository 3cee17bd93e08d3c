// One message of a batch on its way: read, its owner found, numbered, told.
#pragma once
#include <string>

#include "base/result.hpp"
#include "contracts/orders.hpp"
#include "messaging/consumer.hpp"

namespace order_notification {

enum class news_state : unsigned char {
    unreadable,
    owner_unknown,
    owned,    // to be told
    told,     // in the feed and pushed
    dropped,  // nobody is to be told
    held,     // the workflow store is away
    failed,   // an attempt that failed
};

struct news {
    news_state state = news_state::unreadable;
    contracts::notification what;
    bool last_attempt = false;
    std::string reason, exception;

    void belongs_to(contracts::user_id owner);
    void fail(const base::fault& why);
    messaging::outcome to_outcome() const;
};

using read_news = news (*)(const messaging::delivery& from);
news read_processed(const messaging::delivery& from);
news read_failed(const messaging::delivery& from);

}  // namespace order_notification
