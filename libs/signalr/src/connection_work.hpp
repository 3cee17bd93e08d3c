// What a connection has only while something is going on: calls, streams, uploads, half a message. Made when first needed, and
// given back when nothing of it was left for a while.
#pragma once
#include <boost/intrusive/list.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pulse.hpp"
#include "running_call.hpp"
#include "stream_call.hpp"

namespace signalr {

struct connection_work {
    struct open_upload {
        std::string stream_id;
        std::shared_ptr<detail::upload_port> port;
        const call* by;
    };

    std::string input;  // of a message that is not whole, or that waits for a free slot
    boost::intrusive::list<running_call, boost::intrusive::constant_time_size<false>> calls;  // methods only
    std::vector<std::shared_ptr<stream_call>> streams;
    std::vector<open_upload> uploads;
    connection_items items;
    std::string parting_error;
    steady_time leave_by = steady_time::max();  // the server stops: calls may run until then

    bool idle() const noexcept {
        return input.empty() && calls.empty() && streams.empty() && uploads.empty() && items.size() == 0 &&
               parting_error.empty() && leave_by == steady_time::max();
    }
    bool upload_overfull() const noexcept {
        for (const auto& u : uploads)
            if (u.port->overfull()) return true;
        return false;
    }
    detail::upload_port* upload(std::string_view stream_id) const noexcept {
        for (const auto& u : uploads)
            if (u.stream_id == stream_id) return u.port.get();
        return nullptr;
    }
};

}  // namespace signalr
