// Many threads put in, one loop takes out; however many come before it does, it is woken once.
#pragma once
#include <mutex>
#include <vector>

namespace redis {

// Its limit is kept by who puts in (see client_core::admit).
template <class T>
class mailbox {
public:
    // True: the owner must be woken.
    bool put(T item) {
        const std::lock_guard held{guard_};
        items_.push_back(std::move(item));
        return !std::exchange(woken_, true);
    }
    void take(std::vector<T>& into) {
        const std::lock_guard held{guard_};
        into.swap(items_);
        woken_ = false;
    }

private:
    std::mutex guard_;
    std::vector<T> items_;
    bool woken_ = false;
};

}  // namespace redis
