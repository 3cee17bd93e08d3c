#include "base/log.hpp"

#include "base/result.hpp"

namespace base {

log_scope log_scope::with(std::string_view name, std::string_view value) const {
    log_scope inner = *this;
    if (sink_) inner.link_ = std::make_shared<const log_link>(std::string{name}, std::string{value}, link_);
    return inner;
}

const char* to_string(fault_kind kind) noexcept {
    switch (kind) {
        case fault_kind::unavailable: return "unavailable";
        case fault_kind::timeout: return "timeout";
        case fault_kind::unconfirmed: return "unconfirmed";
        case fault_kind::invalid: return "invalid";
        case fault_kind::conflict: return "conflict";
        case fault_kind::internal: return "internal";
    }
    return "internal";
}

}  // namespace base
