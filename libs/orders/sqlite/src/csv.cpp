#include "csv.hpp"

#include <algorithm>

namespace orders {
namespace {

class csv_reader {
public:
    explicit csv_reader(std::string_view text) : rest_{text} {}

    bool at_end() const noexcept { return rest_.empty(); }
    std::size_t line() const noexcept { return line_; }

    // Nothing where a quote stands where none can be.
    std::optional<csv_record> next() {
        csv_record fields;
        for (;;) {
            auto field = rest_.starts_with('"') ? quoted() : plain();
            if (!field) return std::nullopt;
            fields.push_back(*std::move(field));
            if (take(",")) continue;
            if (take("\r\n") || take("\n")) {
                ++line_;
                return fields;
            }
            if (at_end()) return fields;
            return std::nullopt;
        }
    }

private:
    bool take(std::string_view what) {
        if (!rest_.starts_with(what)) return false;
        rest_.remove_prefix(what.size());
        return true;
    }

    std::optional<std::string> plain() {
        const auto end = std::min(rest_.find_first_of(",\r\n\""), rest_.size());
        std::string field{rest_.substr(0, end)};
        rest_.remove_prefix(end);
        return field;
    }

    std::optional<std::string> quoted() {
        std::string field;
        take("\"");
        while (!at_end()) {
            const auto end = std::min(rest_.find('"'), rest_.size());
            field += rest_.substr(0, end);
            line_ += static_cast<std::size_t>(std::ranges::count(rest_.substr(0, end), '\n'));
            rest_.remove_prefix(end);
            if (take("\"\""))
                field += '"';
            else if (take("\""))
                return field;
        }
        return std::nullopt;
    }

    std::string_view rest_;
    std::size_t line_ = 1;
};

csv_record split(std::string_view header) { return csv_reader{header}.next().value_or(csv_record{}); }

std::unexpected<base::fault> unreadable(std::string_view file, std::size_t line, std::string_view what) {
    return base::fail(base::fault_kind::invalid,
                      std::string{file} + ", line " + std::to_string(line) + ": " + std::string{what});
}

}  // namespace

base::result<std::vector<csv_record>> read_csv(std::string_view file, std::string_view text, std::string_view header) {
    csv_reader reader{text};
    const auto names = split(header);
    if (reader.next() != names) return unreadable(file, 1, "not the header " + std::string{header});
    std::vector<csv_record> records;
    while (!reader.at_end()) {
        const auto line = reader.line();
        auto record = reader.next();
        if (!record) return unreadable(file, line, "a quote or line end where none can be");
        if (record->size() != names.size()) return unreadable(file, line, "not as many fields as the header has");
        records.push_back(*std::move(record));
    }
    return records;
}

}  // namespace orders
