#include "messaging_contract.hpp"

#include "base/manual_clock.hpp"
#include "messaging/embedded/broker.hpp"
#include "support/fixture.hpp"

using namespace messaging::contract;

namespace {

class embedded_under_test final : public broker_under_test {
public:
    embedded_under_test() { start(); }
    messaging::publisher& publisher() override { return broker_->publisher(); }
    messaging::inspector& inspector() override { return broker_->inspector(); }
    std::unique_ptr<messaging::consumer> make_consumer(messaging::consumer_options o) override {
        return broker_->make_consumer(std::move(o));
    }
    void restart() override {
        broker_.reset();
        db_.reset();
        start();
    }
    void advance(std::chrono::microseconds by) override {
        time_.advance(by);
        broker_->wake();
    }
    bool has_units() const override { return true; }

private:
    void start() {
        db_ = embedded_test::open(directory_, time_);
        broker_ = embedded_test::make(*db_, time_);
    }
    embedded_test::temporary_directory directory_;
    base::manual_clock time_;
    std::unique_ptr<sqlite::database> db_;
    std::unique_ptr<messaging::embedded_broker> broker_;
};

}  // namespace

namespace messaging::contract {
INSTANTIATE_TEST_SUITE_P(Embedded, MessagingContract,
                         testing::Values(adapter{"Sqlite", [] { return std::make_unique<embedded_under_test>(); }}),
                         name_of);
}  // namespace messaging::contract
