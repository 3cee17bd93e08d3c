#include "signalr/arguments.hpp"

namespace signalr {

json_arguments::json_arguments(std::string_view array) noexcept : array_{array} {
    auto from = value_reader::of_arguments(encoding::json, array);
    for (; from.next_element(); ++count_)
        if (!from.skip()) break;
    good_ = from.at_end();
}

void json_arguments::write(value_writer& to) const {
    if (!good_) return void(to.fail());
    auto from = value_reader::of_arguments(encoding::json, array_);
    std::string_view element;
    while (from.next_element() && from.raw(element)) to.json(element);
}

}  // namespace signalr
