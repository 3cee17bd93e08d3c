// An appsettings.json-style file as names and values.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "platform/settings.hpp"

namespace platform {

struct file_value {
    enum class kind : unsigned char { text, number, boolean, array, section };
    std::string name;  // RabbitMQ:QueueName
    kind what = kind::text;
    std::string value;  // of an array: its items, joined by ;
};

// Nested objects become `A:B`; an object without members is a `section` with nothing in it. null counts as
// not given. Problems (unreadable, no object, an array of arrays) are appended, a line each.
std::vector<file_value> read_settings_file(const std::string& path, std::vector<std::string>& problems);
std::vector<file_value> read_settings_text(std::string_view text, const std::string& path,
                                           std::vector<std::string>& problems);

// What `v` is in words, when it can't stand for a setting of that type; empty when it can.
std::string type_mismatch(setting::type wanted, const file_value& v);

}  // namespace platform
