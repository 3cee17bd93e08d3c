// Look-ups of orders by correlationId in SQL. Those that come while one is under way go together with the
// next.
#pragma once
#include <memory>

#include "order_accept/dependencies.hpp"

namespace order_accept {

class order_lookup {
public:
    explicit order_lookup(const dependencies& from);

    // Safe from any thread; resumes on the caller's executor. unavailable also when too many wait.
    base::task<orders::found_order> find(base::call_context ctx, contracts::correlation_id id);

private:
    struct inside;
    std::shared_ptr<inside> inside_;  // shared with the batch under way
};

}  // namespace order_accept
