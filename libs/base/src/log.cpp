#include "base/log.hpp"

#include "base/result.hpp"

namespace base {

log_scope log_scope::with(std::string_view name, std::string_view value) const {
    log_scope inner = *this;
    if (sink_) inner.link_ = std::make_shared<const log_link>(std::string{name}, std::string{value}, link_);
    return inner;
}

log_scope log_scope::with(std::initializer_list<log_field> fields) const {
    log_scope inner = *this;
    if (!sink_ || fields.size() == 0) return inner;
    const auto block = std::make_shared<log_link[]>(fields.size());
    auto outer = link_;
    auto* link = block.get();
    for (const auto& field : fields) {
        link->name = field.name;
        link->value = field.value;
        link->outer = std::move(outer);
        outer = std::shared_ptr<const log_link>{std::shared_ptr<void>{}, link++};  // owned by the block
    }
    inner.link_ = std::shared_ptr<const log_link>{block, link - 1};
    return inner;
}

const char* to_string(fault_kind kind) noexcept {
    switch (kind) {
        case fault_kind::unavailable:
            return "unavailable";
        case fault_kind::timeout:
            return "timeout";
        case fault_kind::unconfirmed:
            return "unconfirmed";
        case fault_kind::invalid:
            return "invalid";
        case fault_kind::conflict:
            return "conflict";
        case fault_kind::internal:
            return "internal";
    }
    return "internal";
}

}  // namespace base
