// What the parts of one broker have in common.
#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "messaging/embedded/broker.hpp"
#include "queue.hpp"

namespace messaging::embedded {

struct shared {
    shared(sqlite::database& d, embedded_options o, const base::clock& t, base::id_source& i, base::log_scope l,
           base::metrics* m);

    queue& find(std::string_view name);  // made when it is not there; a queue stays for as long as the broker
    std::vector<queue*> all();
    queue& add(std::string name, std::int64_t id);  // at the start

    // A message for `q`, ready to be written: with an id and its time.
    delivery prepare(message m) const;

    sqlite::database& db;
    const embedded_options options;
    const base::clock& time;
    base::id_source& ids;
    const base::log_scope log;
    sqlite::failpoints failpoints;

private:
    queue& add_locked(std::string name, std::int64_t id);

    base::metrics* metrics_;
    std::mutex guard_;
    std::vector<std::shared_ptr<queue>> queues_;  // few: looked through one by one
};

// Messages for one queue on their way into the table.
class parcel {
public:
    parcel(queue& to, std::vector<delivery> messages);
    base::result<> write(sqlite::connection& c);  // positions are given in this order
    void committed(bool hidden) { to_->committed(std::move(messages_), hidden); }

    queue& to() const noexcept { return *to_; }
    std::size_t size() const noexcept { return messages_.size(); }
    std::uint64_t first() const noexcept { return first_; }

private:
    queue* to_;
    std::vector<delivery> messages_;
    std::vector<std::string> properties_;
    std::uint64_t first_ = 0;
};

std::unique_ptr<publisher> make_publisher(std::shared_ptr<shared> s);
std::unique_ptr<inspector> make_inspector(std::shared_ptr<shared> s);
std::unique_ptr<consumer> make_consumer(std::shared_ptr<shared> s, consumer_options o);

}  // namespace messaging::embedded
