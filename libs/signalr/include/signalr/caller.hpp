// Who called: what methods, hooks and filters know of the connection they run for.
#pragma once
#include <any>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/log.hpp"
#include "signalr/clients.hpp"

namespace signalr {

// What the hub's code keeps with a connection, by name. Loop thread only; goes with the connection, after its disconnect hook.
class connection_items {
public:
    std::any& operator[](std::string_view name) {
        const auto found = values_.find(name);
        return found == values_.end() ? values_[std::string{name}] : found->second;
    }
    // Null: there is none, or it is no T.
    template <class T>
    T* find(std::string_view name) {
        const auto found = values_.find(name);
        return found == values_.end() ? nullptr : std::any_cast<T>(&found->second);
    }
    void erase(std::string_view name) {
        if (const auto found = values_.find(name); found != values_.end()) values_.erase(found);
    }
    std::size_t size() const noexcept { return values_.size(); }

private:
    std::map<std::string, std::any, std::less<>> values_;
};

// All clients, as a caller sees them; good while the method runs. A method that asks a client (ask) gives its place among
// maximum_parallel_invocations back for good, so that the answer can be read: those behind it may overtake it.
class caller_clients : public hub_clients {
public:
    single_client caller() { return client(own_id()); }
    client_proxy others() { return all_except({own_id()}); }
    client_proxy others_in_group(std::string_view name) { return group_except(name, {own_id()}); }

private:
    virtual std::string_view own_id() const noexcept = 0;
};

// The caller of a method; good while the method runs. On the connection's loop only.
class caller_context {
public:
    virtual ~caller_context() = default;
    virtual std::string_view connection_id() const noexcept = 0;
    virtual const std::optional<std::string>& user() const noexcept = 0;
    virtual const base::log_scope& log() const noexcept = 0;  // with the connection's id
    virtual caller_clients& clients() noexcept = 0;
    virtual connection_items& items() = 0;
    // Why the connection ended, for the disconnect hook: "HubException: text" for the client's own error, what broke it
    // otherwise. Empty: in order, or it has not ended.
    virtual std::string_view parting_error() const noexcept = 0;
    virtual void abort() = 0;  // tells the client Close and ends the connection
};

}  // namespace signalr
