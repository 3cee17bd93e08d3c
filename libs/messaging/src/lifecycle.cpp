#include "messaging/lifecycle.hpp"

#include <openssl/evp.h>

#include <limits>

#include "base/uuid.hpp"

namespace messaging {
namespace {

constexpr std::string_view dead_letter_suffix = ".dlq";
constexpr std::size_t longest_exception = 4'096;  // headers travel in one frame

std::string_view correlation_of(const message& m) {
    return m.correlation_id.empty() ? m.text(header::correlation_id) : std::string_view{m.correlation_id};
}

// Cut at the beginning of a code point, so that the header stays UTF-8.
std::string_view shortened(std::string_view text) {
    if (text.size() <= longest_exception) return text;
    std::size_t end = longest_exception;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    return text.substr(0, end);
}

}  // namespace

std::string dead_letter_queue_of(std::string_view queue) {
    return std::string{queue} + std::string{dead_letter_suffix};
}

int attempt_of(const message& m) noexcept {
    const auto retries = m.number(header::retry_count, 0);
    return retries < 0 ? 1 : retries == std::numeric_limits<std::int32_t>::max() ? retries : retries + 1;
}

message retried(message m) {
    m.set(header::retry_count, std::int32_t{attempt_of(m)});
    m.message_id.clear();
    return m;
}

message dead_lettered(message m, std::string_view queue, const outcome& why, base::unix_micros failed_at) {
    m.message_id = dead_letter_id(queue, m);
    m.set(header::dead_letter_reason, why.reason);
    m.set(header::exception, std::string{shortened(why.exception)});
    m.set(header::original_queue, std::string{queue});
    m.set(header::failed_at, base::to_rfc3339(failed_at));
    return m;
}

message replayed(message dead) {
    for (const auto name : {header::retry_count, header::dead_letter_reason, header::exception, header::original_queue,
                            header::failed_at})
        dead.remove(name);
    dead.message_id.clear();
    return dead;
}

std::string original_queue_of(const message& dead, std::string_view dead_letter_queue) {
    if (const auto named = dead.text(header::original_queue); !named.empty()) return std::string{named};
    if (!dead_letter_queue.ends_with(dead_letter_suffix)) return {};
    return std::string{dead_letter_queue.substr(0, dead_letter_queue.size() - dead_letter_suffix.size())};
}

// Lengths in front of the parts, else a part's end could pass for the next one's beginning.
std::string dead_letter_id(std::string_view queue, const message& m) {
    std::string seed;
    for (const auto part : {queue, correlation_of(m), std::string_view{m.body}}) {
        seed += std::to_string(part.size());
        seed += ':';
        seed += part;
    }
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(seed.data(), seed.size(), digest.data(), &size, EVP_sha256(), nullptr);
    base::uuid::bytes id;
    std::copy_n(digest.begin(), id.size(), id.begin());
    id[6] = static_cast<std::uint8_t>((id[6] & 0x0f) | 0x80);
    id[8] = static_cast<std::uint8_t>((id[8] & 0x3f) | 0x80);
    return base::uuid{id}.str();
}

std::chrono::milliseconds retry_delay(const consumer_options& o, int attempt) noexcept {
    if (o.retry_delays.empty()) return std::chrono::milliseconds::zero();
    const auto at = static_cast<std::size_t>(std::max(1, attempt) - 1);
    return o.retry_delays[std::min(at, o.retry_delays.size() - 1)];
}

std::chrono::microseconds backoff::next() {
    step_ = resting() ? std::min(step_ * 2, most_) : first_;
    const auto fifth = std::chrono::microseconds{step_}.count() / 5;
    const auto spread = static_cast<std::int64_t>(ids_.next_u64() % static_cast<std::uint64_t>(2 * fifth + 1));
    return std::min(std::chrono::microseconds{step_}.count() - fifth + spread,
                    std::chrono::microseconds{most_}.count()) *
           std::chrono::microseconds{1};
}

}  // namespace messaging
