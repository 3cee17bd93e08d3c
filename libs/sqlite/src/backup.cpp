#include "backup.hpp"

#include <utility>

#include "file_copy.hpp"

namespace sqlite {
namespace {

// A copy in the readers' spare time; answers when it is done.
class backup_request {
public:
    backup_request(options source, std::string to, request_ptr asked)
        : copy_{std::move(source), std::move(to)}, asked_{std::move(asked)} {}

    bool go_on(bool stopping) {
        auto more = stopping ? base::fail(base::fault_kind::unavailable, "the database is closing") : copy_.slice();
        if (more && *more) return true;
        base::result<> outcome;
        if (more)
            outcome = copy_.finish();
        else
            outcome = std::unexpected(more.error());
        answer(std::move(asked_), std::move(outcome));
        return false;
    }

private:
    file_copy copy_;
    request_ptr asked_;
};

}  // namespace

void start_backup(readers& on, const options& source, std::string to, request_ptr asked) {
    auto work = std::make_shared<backup_request>(source, std::move(to), std::move(asked));
    on.submit([work](bool stopping) { return work->go_on(stopping); });
}

}  // namespace sqlite
