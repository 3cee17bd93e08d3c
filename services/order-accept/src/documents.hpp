// /openapi.yaml and /docs.
#pragma once
#include "order_accept/http_api.hpp"

namespace order_accept {

base::result<> mount_documents(platform::web& on, const documents& docs);

}  // namespace order_accept
