#include "contracts/identity.hpp"

#include <gtest/gtest.h>

#include "support.hpp"

using namespace contracts;

TEST(Identity, GivesTheVectorsOfTheContract) {
    const auto file = parse_fixture(read_fixture("identity.json"));
    ASSERT_TRUE(file.find("correlationId"));
    ASSERT_EQ(8u, file.find("correlationId")->items().size());
    for (const auto& v : file.find("correlationId")->items())
        EXPECT_EQ(v.find("correlationId")->text,
                  keyed_correlation_id(user_id{std::string{v.find("user")->text}}, v.find("key")->text).str());
}

TEST(Identity, FingerprintsTheVectorsOfTheContract) {
    const auto file = parse_fixture(read_fixture("identity.json"));
    ASSERT_EQ(4u, file.find("fingerprint")->items().size());
    for (const auto& v : file.find("fingerprint")->items()) {
        std::vector<order_line> lines;
        std::vector<event_item> items;
        for (const auto& i : v.find("items")->items()) {
            const product_id id{std::string{i.find("productId")->text}};
            const auto quantity = static_cast<std::int32_t>(*i.find("quantity")->integer());
            lines.push_back({id, quantity});
            items.push_back({id, quantity, money{100}});
        }
        EXPECT_EQ(v.find("sha256")->text, to_hex(fingerprint_of(lines)));
        EXPECT_EQ(fingerprint_of(lines), fingerprint_of(items));
    }
}

TEST(Identity, KeyIsVisibleAscii) {
    EXPECT_TRUE(valid_idempotency_key("!~"));
    EXPECT_TRUE(valid_idempotency_key(std::string(255, 'k')));
    for (const std::string& key : {std::string{}, std::string(256, 'k'), std::string{"a b"}, std::string{"\t"},
                                   std::string{"é"}, std::string{"\x7F"}})
        EXPECT_FALSE(valid_idempotency_key(key)) << key;
}

TEST(Identity, OnlyALowerCaseVersionSevenKeyHasATime) {
    EXPECT_EQ(0x0199a8f01c2d, key_time_ms("0199a8f0-1c2d-7e3f-8a4b-5c6d7e8f9012"));
    for (const auto* key : {"0199A8F0-1C2D-7E3F-8A4B-5C6D7E8F9012", "550e8400-e29b-41d4-a716-446655440000", "order-1",
                            "0199a8f0-1c2d-7e3f-0a4b-5c6d7e8f9012"})
        EXPECT_FALSE(key_time_ms(key)) << key;
}

TEST(Identity, HexRoundTrips) {
    const auto f = fingerprint_of(std::vector<order_line>{{product_id{"AZ-900"}, 3}});
    EXPECT_EQ(f, read_fingerprint(to_hex(f)));
    EXPECT_FALSE(read_fingerprint(std::string(63, 'a')));
    EXPECT_FALSE(read_fingerprint(std::string(64, 'g')));
    EXPECT_FALSE(read_fingerprint(std::string(62, 'a') + "-1"));
}
