#include "reply_reader.hpp"

#include <hiredis/read.h>

#include <new>

namespace redis {

// What hiredis calls while it parses: builds our values right where they belong. The object of a task is a reply*.
class reply_builder {
public:
    reply whole;
    std::size_t room = 0;  // bytes that the reply under way may still take
    bool too_large = false;

    static redisReplyObjectFunctions* functions() {
        static redisReplyObjectFunctions f{&on_string, &on_array, &on_integer, &on_nil, &on_free};
        return &f;
    }

private:
    // hiredis goes depth first, so that only the last element of every array under way is referred to: arrays can grow.
    template <class T>
    static void* put(const redisReadTask* task, reply::kind what, T value, std::size_t size) noexcept {
        auto& self = *static_cast<reply_builder*>(task->privdata);
        size += sizeof(reply);
        if (size > self.room) {
            self.too_large = true;
            return nullptr;
        }
        self.room -= size;
        if (!task->parent) {
            self.whole = reply{what, std::move(value)};
            return &self.whole;
        }
        auto& siblings = std::get<std::vector<reply>>(static_cast<reply*>(task->parent->obj)->value_);
        siblings.push_back(reply{what, std::move(value)});
        return &siblings.back();
    }

    static reply::kind kind_of(int type) noexcept {
        if (type == REDIS_REPLY_STATUS) return reply::kind::status;
        return type == REDIS_REPLY_ERROR ? reply::kind::error : reply::kind::string;
    }
    static void* on_string(const redisReadTask* task, char* bytes, std::size_t size) noexcept {
        return put(task, kind_of(task->type), std::string{bytes, size}, size);
    }
    // No room is made for what is only announced.
    static void* on_array(const redisReadTask* task, int) noexcept {
        return put(task, reply::kind::array, std::vector<reply>{}, 0);
    }
    static void* on_integer(const redisReadTask* task, long long value) noexcept {
        return put(task, reply::kind::integer, static_cast<std::int64_t>(value), 0);
    }
    static void* on_nil(const redisReadTask* task) noexcept { return put(task, reply::kind::nil, std::monostate{}, 0); }
    static void on_free(void*) noexcept {}
};

struct reply_reader::inside {
    std::size_t max_reply_bytes;
    reply_builder builder;
    std::unique_ptr<redisReader, decltype(&redisReaderFree)> reader{
        redisReaderCreateWithFunctions(reply_builder::functions()), &redisReaderFree};
};

// hiredis moves what is left in its buffer to the front after each reply, so it is fed little at a time.
constexpr std::size_t slice = 4 * 1024;

reply_reader::reply_reader(std::size_t max_reply_bytes) : inside_{new inside{max_reply_bytes, {}}} {
    if (!inside_->reader) throw std::bad_alloc{};
    inside_->builder.room = max_reply_bytes;
    inside_->reader->privdata = &inside_->builder;
}

reply_reader::~reply_reader() = default;

bool reply_reader::broken(std::string why) {
    failure_ = std::move(why);
    return false;
}

bool reply_reader::feed(std::string_view bytes, const std::function<bool(reply)>& take) {
    if (!failure_.empty()) return false;
    bool go_on = true;
    while (!bytes.empty() && go_on) {
        const auto part = bytes.substr(0, slice);
        bytes.remove_prefix(part.size());
        if (redisReaderFeed(inside_->reader.get(), part.data(), part.size()) != REDIS_OK)
            return broken("no memory for a reply");
        if (!take_ready(take, go_on)) return false;
    }
    return true;
}

bool reply_reader::take_ready(const std::function<bool(reply)>& take, bool& go_on) {
    auto& in = *inside_;
    while (go_on) {
        void* ready = nullptr;
        if (redisReaderGetReply(in.reader.get(), &ready) != REDIS_OK) {
            if (in.builder.too_large) return broken("a reply is larger than allowed");
            return broken(std::string{"not RESP: "} + in.reader->errstr);
        }
        if (!ready) return within_limits();
        in.builder.room = in.max_reply_bytes;
        go_on = take(std::exchange(in.builder.whole, reply{}));
    }
    return true;
}

// What is neither parsed nor built yet waits in hiredis' buffer.
bool reply_reader::within_limits() {
    const auto& r = *inside_->reader;
    const std::string_view waiting{r.buf + r.pos, r.len - r.pos};
    if (waiting.size() > inside_->builder.room) return broken("a reply is larger than allowed");
    if (waiting.size() <= longest_line) return true;
    const bool has_length = r.ridx >= 0 && r.rstack[r.ridx].type == REDIS_REPLY_STRING;
    const bool line_ended = waiting.substr(0, 32).find("\r\n") != std::string_view::npos;
    return (has_length && line_ended) || broken("a line is longer than allowed");
}

}  // namespace redis
