#include "workflow/store.hpp"

namespace workflow {

bool raise(status& stands, const status& to) {
    if (to.state <= stands.state) return false;
    stands = to;
    return true;
}

}  // namespace workflow
