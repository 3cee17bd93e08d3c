// What a hub method may throw, and what of it a client reads.
#pragma once
#include <stdexcept>
#include <string>
#include <utility>

namespace signalr {

// Its message reaches the client (the role of .NET's HubException); whatever else a method throws is hidden.
class hub_exception : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
    virtual const char* type_name() const noexcept { return "HubException"; }  // stands before the message
};

// An argument is not of the type that the method wants: the call fails as if it had never been bound.
class binding_error : public std::runtime_error {
public:
    binding_error() : std::runtime_error{"argument of a wrong type"} {}
};

// The caller may not use this method (thrown by a filter or the method): the client reads just that.
class unauthorized_error : public std::runtime_error {
public:
    unauthorized_error() : std::runtime_error{"unauthorized"} {}
};

// With detailed errors on, clients read this type name and the message; otherwise neither.
class described_error : public std::runtime_error {
public:
    described_error(std::string type_name, const std::string& message)
        : std::runtime_error{message}, type_name_{std::move(type_name)} {}
    const std::string& type_name() const noexcept { return type_name_; }

private:
    std::string type_name_;
};

}  // namespace signalr
