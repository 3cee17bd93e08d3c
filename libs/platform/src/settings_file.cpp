#include "settings_file.hpp"

#include <boost/json/serialize.hpp>
#include <fstream>
#include <iterator>

#include "strict_json.hpp"

namespace platform {
namespace {

namespace json = boost::json;

constexpr std::size_t largest_file = 1024 * 1024;

std::string scalar_text(const json::value& v) {
    return v.is_string() ? std::string{v.get_string()} : json::serialize(v);
}

class flattener {
public:
    flattener(const std::string& path, std::vector<std::string>& problems) : path_{path}, problems_{problems} {}

    void object(const std::string& prefix, const json::object& o) {
        for (const auto& [key, v] : o) value(prefix.empty() ? std::string{key} : prefix + ':' + std::string{key}, v);
    }

    std::vector<file_value> out;

private:
    void value(const std::string& name, const json::value& v) {
        if (v.is_null()) return;
        if (v.is_object()) {
            if (v.get_object().empty()) return;
            return object(name, v.get_object());
        }
        if (v.is_array()) return array(name, v.get_array());
        const auto kind = v.is_string() ? file_value::kind::text
                          : v.is_bool() ? file_value::kind::boolean
                                        : file_value::kind::number;
        out.push_back({name, kind, scalar_text(v)});
    }

    void array(const std::string& name, const json::array& items) {
        std::string joined;
        for (const auto& item : items) {
            if (item.is_structured() || item.is_null()) {
                problems_.push_back(path_ + ": " + name + ": every item of a list is a text or a number");
                return;
            }
            if (!joined.empty()) joined += ';';
            joined += scalar_text(item);
        }
        out.push_back({name, file_value::kind::array, joined});
    }

    const std::string& path_;
    std::vector<std::string>& problems_;
};

std::string place(std::string_view text, std::size_t at) {
    std::size_t line = 1;
    for (std::size_t i = 0; i < at && i < text.size(); ++i) line += text[i] == '\n';
    return "line " + std::to_string(line);
}

}  // namespace

std::vector<file_value> read_settings_text(std::string_view text, const std::string& path,
                                           std::vector<std::string>& problems) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // .NET tools like to write a byte order mark
    auto read = read_strict_json(text, 16, true);
    if (!read.value) {
        problems.push_back(path + ": is not JSON: " + read.problem + " (" + place(text, read.at) + ")");
        return {};
    }
    if (!read.value->is_object()) {
        problems.push_back(path + ": an object of sections is expected");
        return {};
    }
    flattener flat{path, problems};
    flat.object({}, read.value->get_object());
    return std::move(flat.out);
}

std::vector<file_value> read_settings_file(const std::string& path, std::vector<std::string>& problems) {
    std::ifstream in{path, std::ios::binary};
    if (!in) {
        problems.push_back(path + ": can't be read");
        return {};
    }
    const std::string text{std::istreambuf_iterator<char>{in}, {}};
    if (in.bad() || text.size() > largest_file) {
        problems.push_back(path + ": can't be read, or is larger than 1 MiB");
        return {};
    }
    return read_settings_text(text, path, problems);
}

std::string type_mismatch(setting::type wanted, const file_value& v) {
    using kind = file_value::kind;
    switch (v.what) {
        case kind::text:
            return {};  // as the environment gives everything
        case kind::number:
            return wanted == setting::type::integer || wanted == setting::type::duration ? std::string{} : "a number";
        case kind::boolean:
            return wanted == setting::type::boolean ? std::string{} : "true or false";
        case kind::array:
            return wanted == setting::type::list ? std::string{} : "an array";
        case kind::section:
            return "a section";
    }
    return {};
}

}  // namespace platform
