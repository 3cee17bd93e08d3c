// What every adapter of workflow::store must do. Include it in one test program per adapter and instantiate
// it:
//   INSTANTIATE_TEST_SUITE_P(Memory, WorkflowContract, testing::Values(make_subject));
#pragma once
#include "feed_contract.hpp"
#include "order_contract.hpp"
