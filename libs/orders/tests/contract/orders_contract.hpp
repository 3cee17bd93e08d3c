// What every adapter of orders::store must do. Include it in one test program per adapter and instantiate it:
//   INSTANTIATE_TEST_SUITE_P(Sqlite, OrdersContract, testing::Values(make_subject));
#pragma once
#include "failure_contract.hpp"
#include "insert_contract.hpp"
#include "read_contract.hpp"
