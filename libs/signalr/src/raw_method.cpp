// A method that takes its arguments as a tree and answers with JSON text.
#include <boost/json/array.hpp>

#include "signalr/hub.hpp"

namespace signalr::detail {
namespace {

namespace asio = boost::asio;

class raw_body final : public method_body {
public:
    raw_body(std::size_t arity, raw_method method)
        : method_body{{.arity = arity, .uploads = 0, .gives = method_shape::answer::later}},
          method_{std::move(method)} {}

    bool fits(value_reader& arguments) const override {
        boost::json::array forgotten;
        return read(arguments, forgotten);
    }
    asio::awaitable<void> run_later(call_site& at) const override {
        boost::json::array arguments;
        if (!read(at.arguments(), arguments)) throw binding_error{};
        at.bound();
        const std::string result = co_await method_(at.caller(), arguments);
        if (value_writer* to = at.open_result()) {
            to->json(result.empty() ? "null" : std::string_view{result});
            at.close_result();
        }
    }

private:
    bool read(value_reader& from, boost::json::array& to) const {
        for (std::size_t i = 0; i < shape.arity; ++i) {
            boost::json::value value;
            if (!from.next_element() || !codec<boost::json::value>::read(from, value)) return false;
            to.push_back(std::move(value));
        }
        return true;
    }
    raw_method method_;
};

}  // namespace

std::unique_ptr<method_body> bind_raw(std::size_t arity, raw_method method) {
    return std::make_unique<raw_body>(arity, std::move(method));
}

}  // namespace signalr::detail
