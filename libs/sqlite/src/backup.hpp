// An online copy of the file, a few pages at a time.
#pragma once
#include "readers.hpp"

namespace sqlite {

// Copies to `to` (which must not exist) by way of `to` + ".part", in slices of the readers' threads.
void start_backup(readers& on, const options& source, std::string to, request_ptr asked);

}  // namespace sqlite
