// The HTTP face (contracts §2), and the service as one object for a composition root.
#pragma once
#include <memory>
#include <string>

#include "order_accept/accept_order.hpp"
#include "order_accept/catalogue.hpp"
#include "order_accept/order_reads.hpp"
#include "platform/web.hpp"

namespace order_accept {

struct documents {
    std::string openapi;  // path of openapi.yaml; empty: not served
    std::string page;     // path of the folder behind /docs; empty: not served
};

class service {
public:
    explicit service(const dependencies& from)
        : limits_{from.limits},
          products_{from},
          lookup_{from},
          accept_{from, products_, lookup_},
          reads_{from, products_, lookup_} {}

    catalogue& products() noexcept { return products_; }
    accept_order& use_case() noexcept { return accept_; }
    order_reads& reads() noexcept { return reads_; }
    const options& limits() const noexcept { return limits_; }

    bool ready() const { return products_.current() != nullptr; }  // for a health check

private:
    const options limits_;
    catalogue products_;
    order_lookup lookup_;
    accept_order accept_;
    order_reads reads_;
};

// Adds every route. `of` outlives `on`'s serving. A fault: a document that is named can't be read.
base::result<> mount(platform::web& on, service& of, const documents& docs = {});

}  // namespace order_accept
