// Structured logging: constant messages plus fields. The scope is a value that travels in the call context, because
// coroutines change threads and thread-local storage would lie. The sink (JSON lines) is in platform.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace base {

// error: someone must act · warn: degraded, healing · info: one line per business step · debug: the wire
enum class log_level : unsigned char { debug, info, warn, error };

struct log_field {
    std::string_view name;
    std::string_view value;
};

// One link of a scope's chain; immutable, shared.
struct log_link {
    std::string name, value;
    std::shared_ptr<const log_link> outer;
};

// Safe from any thread. Must never block the caller for long, and never throw.
class log_sink {
public:
    virtual ~log_sink() = default;
    virtual bool enabled(log_level level) const noexcept = 0;
    virtual void write(log_level level, std::string_view message, std::initializer_list<log_field> fields,
                       const log_link* scope) noexcept = 0;
};

class log_scope {
public:
    log_scope() = default;  // writes nowhere
    explicit log_scope(log_sink& sink) : sink_{&sink} {}

    // The same scope with one field more. Costs one allocation; nothing when nobody listens.
    log_scope with(std::string_view name, std::string_view value) const;
    // With several more, in one block: what every request does. Their links live and die together, so nobody may keep a
    // link's `outer` apart from the scope.
    log_scope with(std::initializer_list<log_field> fields) const;

    bool enabled(log_level level) const noexcept { return sink_ && sink_->enabled(level); }
    void debug(std::string_view message, std::initializer_list<log_field> fields = {}) const {
        put(log_level::debug, message, fields);
    }
    void info(std::string_view message, std::initializer_list<log_field> fields = {}) const {
        put(log_level::info, message, fields);
    }
    void warn(std::string_view message, std::initializer_list<log_field> fields = {}) const {
        put(log_level::warn, message, fields);
    }
    void error(std::string_view message, std::initializer_list<log_field> fields = {}) const {
        put(log_level::error, message, fields);
    }

private:
    void put(log_level level, std::string_view message, std::initializer_list<log_field> fields) const {
        if (enabled(level)) sink_->write(level, message, fields, link_.get());
    }
    log_sink* sink_ = nullptr;
    std::shared_ptr<const log_link> link_;
};

}  // namespace base
