// What runs inside Redis. Each script is one atomic step of the port; what it takes and answers stands beside its text.
#pragma once
#include "redis/batch.hpp"

namespace workflow::scripts {

const redis::script& accept();
const redis::script& apply();
const redis::script& find();
const redis::script& touch();
const redis::script& append();
const redis::script& read_feed();
const redis::script& forget_past();  // `order:since` becomes now

}  // namespace workflow::scripts
