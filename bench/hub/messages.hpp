// The bytes that the hub benchmark sends and expects, so that every server is asked the same.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace hub_bench {

inline constexpr char separator = '\x1e';

// A client's WebSocket text frame. The mask is fixed: what it costs a server to unmask does not depend on its value.
inline std::string client_frame(std::string_view payload) {
    constexpr unsigned char mask[] = {0x37, 0xfa, 0x21, 0x3d};
    std::string frame{'\x81'};
    if (payload.size() < 126) {
        frame += static_cast<char>(0x80 | payload.size());
    } else {
        frame += static_cast<char>(0x80 | 126);
        frame += static_cast<char>(payload.size() >> 8);
        frame += static_cast<char>(payload.size() & 0xff);
    }
    frame.append(reinterpret_cast<const char*>(mask), sizeof mask);
    for (std::size_t i = 0; i < payload.size(); ++i) frame += static_cast<char>(payload[i] ^ mask[i % sizeof mask]);
    return frame;
}

inline std::string server_frame(std::string_view payload) {
    std::string frame{'\x81'};
    if (payload.size() < 126) {
        frame += static_cast<char>(payload.size());
    } else {
        frame += '\x7e';
        frame += static_cast<char>(payload.size() >> 8);
        frame += static_cast<char>(payload.size() & 0xff);
    }
    return frame.append(payload);
}

// As the official JavaScript client writes them; "hello, hub: 32 bytes of payload." is what is said.
inline constexpr std::string_view said = "hello, hub: 32 bytes of payload.";

inline std::string with_separator(std::string text) { return text += separator; }
inline std::string call(std::string_view target, std::string_view arguments, bool answered) {
    std::string text = R"({"arguments":)" + std::string{arguments};
    if (answered) text += R"(,"invocationId":"1")";
    return with_separator(text + R"(,"target":")" + std::string{target} + R"(","type":1})");
}
inline std::string one_string(std::string_view text) { return "[\"" + std::string{text} + "\"]"; }

inline std::string handshake_request() { return client_frame(with_separator(R"({"protocol":"json","version":1})")); }
inline std::string echo_request() { return client_frame(call("Echo", one_string(said), true)); }
inline std::string echo_answer() {
    return server_frame(with_separator(R"({"type":3,"invocationId":"1","result":")" + std::string{said} + "\"}"));
}
inline std::string void_request() { return client_frame(call("Void", one_string(said), false)); }
inline std::string broadcast_request() { return client_frame(call("Broadcast", one_string(said), false)); }
inline std::string broadcast_message() {
    return server_frame(with_separator(R"({"type":1,"target":"b","arguments":)" + one_string(said) + "}"));
}
inline std::string to_user_request(std::string_view user) {
    return client_frame(call("ToUser", "[\"" + std::string{user} + "\",\"" + std::string{said} + "\"]", false));
}
inline std::string ping() { return client_frame(with_separator(R"({"type":6})")); }

}  // namespace hub_bench
