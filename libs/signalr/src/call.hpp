// What runs for a client, as it sees its caller: methods, hooks and streams.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "hub_protocol.hpp"
#include "method_table.hpp"
#include "signalr/hub.hpp"

namespace signalr {

class hub_connection;

// Where an answer is written before it leaves. Nearly always the thread's own; one more at the same time has a string for itself.
class answer_buffer {
public:
    answer_buffer();
    ~answer_buffer();
    answer_buffer(const answer_buffer&) = delete;
    answer_buffer& operator=(const answer_buffer&) = delete;
    std::string& text() noexcept { return *text_; }

private:
    std::string own_;
    std::string* text_;
};

// Loop thread only. `method` null: a hook.
class call : public caller_context, public detail::call_site {
public:
    call(const call&) = delete;
    call& operator=(const call&) = delete;

    std::string_view connection_id() const noexcept override;
    const std::optional<std::string>& user() const noexcept override;
    const base::log_scope& log() const noexcept override;
    caller_clients& clients() noexcept override { return clients_; }
    connection_items& items() override;
    std::string_view parting_error() const noexcept override;
    void abort() override;

    caller_context& caller() noexcept override { return *this; }
    value_reader& arguments() noexcept override { return *arguments_; }
    void attach(std::shared_ptr<detail::upload_port> next) override;
    void bound() override;
    value_writer* open_result() override;
    void close_result() override;

protected:
    call(hub_connection& owner, const hub_method* method, std::string_view invocation_id) noexcept
        : owner_{owner}, method_{method}, id_{invocation_id} {}
    ~call() override = default;
    void close_uploads();  // before the connection may go

    // What the body reads; null again before either is gone.
    void read_from(value_reader* arguments, value_reader* stream_ids) noexcept {
        arguments_ = arguments;
        stream_ids_ = stream_ids;
    }
    // The method has ended, by `trouble` if that is not null: filters hear of it first and may change it, then the log.
    void heard_by_filters(std::exception_ptr& trouble) noexcept;
    void report(std::exception_ptr trouble) const;
    // To the client: what was written by open_result(), or why there is nothing.
    void answer(std::exception_ptr trouble);
    bool detailed() const noexcept;

    hub_connection& owner_;
    const hub_method* const method_;
    std::string_view id_;  // empty: nobody waits for an answer

private:
    class clients_of_caller final : public caller_clients {
    public:
        explicit clients_of_caller(call& by) noexcept : by_{by} {}
        void send(const recipients& to, std::string_view target, const signalr::arguments& what) override;
        boost::asio::awaitable<client_answer> ask(std::string connection_id, std::string target,
                                                  const signalr::arguments& what,
                                                  std::chrono::milliseconds limit) override;

    private:
        std::string_view own_id() const noexcept override { return by_.connection_id(); }
        call& by_;
    };
    virtual void before_asking() {}  // a client; throws where that is not allowed

    clients_of_caller clients_{*this};
    value_reader* arguments_ = nullptr;
    value_reader* stream_ids_ = nullptr;
    mutable std::optional<base::log_scope> log_;  // made when asked for
    std::optional<answer_buffer> answer_;
    std::optional<value_writer> writer_;
    message_place place_;
    std::size_t filtered_ = 0;  // filters whose `before` let it pass
    bool unwritable_ = false;
    bool uploads_ = false;
};

// A method that answers at once. False: its arguments do not fit, and it was not run.
bool run_now(hub_connection& owner, const hub_method& method, const incoming& message);

// Reads the arguments, and forgets them.
bool fits(const hub_connection& owner, const hub_method& method, const incoming& message);

// What stands behind an error text: " HubException: msg" always, other exceptions only with detailed errors.
std::string describe(std::exception_ptr trouble, bool detailed);
inline constexpr std::string_view does_not_fit =
    "InvalidDataException: Error binding arguments. Make sure that the types of the provided values match the types of "
    "the "
    "hub method being invoked.";
std::string binding_failure(const hub_method& method, bool detailed);
std::string call_failure(const hub_method& method, std::exception_ptr trouble, bool detailed);

}  // namespace signalr
