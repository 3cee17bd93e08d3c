// Bytes from the backplane: whatever is read is written again and read as the same; nothing else may happen. The first byte says what
// they are taken for.
#include <cstdlib>

#include "backplane_payload.hpp"

namespace bp = signalr::backplane_payload;

namespace {

template <class T>
void there_and_back(std::string_view payload) {
    T v;
    if (!bp::read(payload, v)) return;
    const std::string written = bp::write(v);
    T again;
    if (!bp::read(written, again) || bp::write(again) != written) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view payload{reinterpret_cast<const char*>(data + 1), size - 1};
    switch (data[0] % 5) {
        case 0:
            there_and_back<bp::invocation>(payload);
            break;
        case 1:
            there_and_back<bp::group_command>(payload);
            break;
        case 2:
            there_and_back<bp::completion>(payload);
            break;
        case 3:
            there_and_back<bp::abort_command>(payload);
            break;
        default:
            std::int32_t id = 0, again = 0;
            if (bp::read_ack(payload, id) && (!bp::read_ack(bp::write_ack(id), again) || again != id)) std::abort();
    }
    return 0;
}
