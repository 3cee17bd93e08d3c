// POST /api/orders: what is wrong is collected, not thrown at the first; no text repeats the input.
#include "contracts/json.hpp"
#include "contracts/orders.hpp"

namespace contracts {
namespace {

using json::value;
using kind = value::kind;

constexpr std::size_t most_lines = 100, most_errors = 100;
constexpr std::int64_t most_quantity = 1000;

class reader {
public:
    order_request out;

    void read(const value& body) {
        if (!body.is(kind::object)) return complain("", "The body must be a JSON object.");
        const auto* items = body.find_any_case("items");
        if (!items || items->is(kind::null)) return complain("items", "Items are required.");
        if (!items->is(kind::array)) return complain("items", "Items must be an array.");
        const auto lines = items->items();
        if (lines.empty()) return complain("items", "At least one order item is required.");
        if (lines.size() > most_lines) return complain("items", "At most 100 order items are allowed.");
        out.lines.reserve(lines.size());
        std::size_t i = 0;
        for (const auto& line : lines) read_line(line, i++);
    }

private:
    void complain(std::string member, const char* text) {
        if (out.errors.size() < most_errors) out.errors.push_back({std::move(member), text});
    }
    static std::string at(std::size_t line, const char* member = "") {
        return "items[" + std::to_string(line) + "]" + member;
    }

    void read_line(const value& from, std::size_t i) {
        if (!from.is(kind::object)) return complain(at(i), "An order item must be an object.");
        order_line line;
        if (const char* wrong = read_product(from.find_any_case("productId"), line))
            complain(at(i, ".productId"), wrong);
        if (const char* wrong = read_quantity(from.find_any_case("quantity"), line))
            complain(at(i, ".quantity"), wrong);
        out.lines.push_back(std::move(line));
    }

    static const char* read_product(const value* from, order_line& into) {
        if (!from || from->is(kind::null)) return "ProductId is required.";
        if (!from->is(kind::string)) return "ProductId must be a string.";
        if (from->text.empty()) return "ProductId is required.";
        auto id = read_product_id(from->text);
        if (!id)
            return "ProductId must have 1 to 64 characters, without control characters and without white "
                   "space at either end.";
        into.product = std::move(*id);
        return nullptr;
    }

    static const char* read_quantity(const value* from, order_line& into) {
        if (!from || from->is(kind::null)) return "Quantity is required.";
        if (!from->is(kind::number)) return "Quantity must be a whole number.";
        const auto number = from->integer();
        if (!number && from->text.find_first_of(".eE") != std::string::npos) return "Quantity must be a whole number.";
        if (number ? *number < 1 : from->text.front() == '-') return "Quantity must be greater than 0.";
        if (!number || *number > most_quantity) return "Quantity must be at most 1000.";
        into.quantity = static_cast<std::int32_t>(*number);
        return nullptr;
    }
};

}  // namespace

base::result<order_request> read_order_request(std::string_view body) {
    constexpr json::limits door{.bytes = 64 * 1024, .depth = 16, .members = 10'000};
    const auto parsed = json::parse(body, door, true);
    if (!parsed) return std::unexpected(parsed.error());
    reader r;
    r.read(parsed->root());
    return std::move(r.out);
}

}  // namespace contracts
