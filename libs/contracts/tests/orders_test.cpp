#include "contracts/orders.hpp"

#include <gtest/gtest.h>

#include "contracts/json.hpp"

using namespace contracts;

namespace {

order sample() {
    order o;
    o.correlation = *read_correlation_id("0199a8f0-1c2d-7fd5-af35-cf26d1f3ca8d");
    o.created_at = 1'767'225'600'605'000;
    o.items = {{product_id{"SAA-C03"}, "Solutions \"Architect\"", "/covers/SAA-C03.svg", money{14899}, 2}};
    return o;
}

std::string json_of(const auto& v) {
    std::string out;
    append_json(out, v);
    return out;
}

std::vector<std::string> errors_of(std::string_view body) {
    const auto r = read_order_request(body);
    std::vector<std::string> out;
    if (!r) return {"fault"};
    for (const auto& e : r->errors) out.push_back(e.member + ": " + e.text);
    return out;
}

using list = std::vector<std::string>;

}  // namespace

TEST(Orders, AreWrittenAsTheContractSays) {
    EXPECT_EQ(
        R"({"id":null,"correlationId":"0199a8f0-1c2d-7fd5-af35-cf26d1f3ca8d","status":"Accepted","createdAt":"2026-01-01T00:00:00.605Z",)"
        R"("items":[{"productId":"SAA-C03","productName":"Solutions \"Architect\"","imageUrl":"/covers/SAA-C03.svg","unitPrice":148.99,"quantity":2}],)"
        R"("total":297.98})",
        json_of(sample()));
    auto persisted = sample();
    persisted.id = 123;
    persisted.state = order_state::completed;
    EXPECT_EQ(0u, json_of(persisted).find(R"({"id":123,)"));
}

TEST(Orders, ProductsAreWrittenAsTheContractSays) {
    const product p{product_id{"AZ-900"},
                    "Fundamentals",
                    "Cloud",
                    "Microsoft",
                    "/covers/AZ-900.svg",
                    "Annual",
                    20,
                    true,
                    money{9900},
                    true};
    EXPECT_EQ(
        R"({"externalProductId":"AZ-900","name":"Fundamentals","category":"Cloud","vendor":"Microsoft","imageUrl":"/covers/AZ-900.svg",)"
        R"("discount":20,"billingPeriod":"Annual","isSubscription":true,"price":99.00})",
        json_of(p));
}

TEST(Orders, ReadBackWhatWasWritten) {
    auto o = sample();
    o.id = 5;
    o.state = order_state::failed;
    const auto back = read_order(json_of(o));
    ASSERT_TRUE(back);
    EXPECT_EQ(json_of(o), json_of(*back));
    for (const auto* text :
         {"", "{}", "[]",
          R"({"id":null,"correlationId":"x","status":"Accepted","createdAt":"2026-01-01T00:00:00Z","items":[]})"})
        EXPECT_FALSE(read_order(text)) << text;
}

TEST(Orders, StatusCarriesAReasonOnlyWhenItFailed) {
    const auto id = sample().correlation;
    EXPECT_EQ(R"({"correlationId":"0199a8f0-1c2d-7fd5-af35-cf26d1f3ca8d","status":"Completed","orderId":7})",
              status_json(id, order_state::completed, 7, ""));
    EXPECT_EQ(
        R"({"correlationId":"0199a8f0-1c2d-7fd5-af35-cf26d1f3ca8d","status":"Failed","orderId":null,"reason":"unknown product XY"})",
        status_json(id, order_state::failed, 0, "unknown product XY"));
}

TEST(Orders, PagesHoldTheirItems) {
    EXPECT_EQ(R"({"offset":5,"size":10,"total":0,"items":[]})", page_json(5, 10, 0, std::vector<order>{}));
    const std::vector<order> two{sample(), sample()};
    const auto v = json::parse(page_json(0, 2, 9, two));
    ASSERT_TRUE(v);
    EXPECT_EQ(2u, v->find("items")->items().size());
    EXPECT_EQ(9, v->find("total")->integer());
}

TEST(Notification, IsWrittenAsTheContractSays) {
    notification n{.id = sample().correlation,
                   .user = user_id{"C"},
                   .order = 123,
                   .reason = {},
                   .sequence = 42,
                   .previous = 0,
                   .steps = {}};
    EXPECT_EQ(
        0u,
        to_json(n).find(
            R"({"correlationId":"0199a8f0-1c2d-7fd5-af35-cf26d1f3ca8d","status":"Completed","orderId":123,"sequence":42,"previous":null,"timeline":{)"));
    n.state = order_state::failed;
    n.order = 0;
    n.reason = "r";
    n.previous = 41;
    EXPECT_NE(std::string::npos,
              to_json(n).find(R"("status":"Failed","orderId":null,"reason":"r","sequence":42,"previous":41)"));
    EXPECT_TRUE(json::parse(to_json(n)));
}

TEST(OrderRequest, ReadsLinesInAnyLetterCase) {
    const auto r = read_order_request(
        R"({"ITEMS":[{"ProductID":"AZ-900","quantity":1,"price":3},{"productId":"AZ-700","QUANTITY":1000}],"x":1})");
    ASSERT_TRUE(r);
    EXPECT_TRUE(r->errors.empty());
    ASSERT_EQ(2u, r->lines.size());
    EXPECT_EQ("AZ-900", r->lines[0].product.str());
    EXPECT_EQ(1000, r->lines[1].quantity);
}

TEST(OrderRequest, NamesEveryMemberAtFault) {
    EXPECT_EQ((list{"items[0].quantity: Quantity must be greater than 0."}),
              errors_of(R"({"items":[{"productId":"A","quantity":0}]})"));
    EXPECT_EQ((list{"items[0].productId: ProductId is required.", "items[0].quantity: Quantity must be greater than 0.",
                    "items[1].quantity: Quantity must be greater than 0."}),
              errors_of(R"({"items":[{"productId":"","quantity":0},{"productId":"A","quantity":-3}]})"));
    EXPECT_EQ((list{"items[0]: An order item must be an object."}), errors_of(R"({"items":[null]})"));
    EXPECT_EQ((list{"items: Items are required."}), errors_of("{}"));
    EXPECT_EQ((list{"items: Items are required."}), errors_of(R"({"items":null})"));
    EXPECT_EQ((list{"items: Items must be an array."}), errors_of(R"({"items":{}})"));
    EXPECT_EQ((list{"items: At least one order item is required."}), errors_of(R"({"items":[]})"));
    EXPECT_EQ((list{": The body must be a JSON object."}), errors_of("[]"));
}

TEST(OrderRequest, JudgesQuantities) {
    const std::pair<const char*, const char*> cases[] = {{"1001", "Quantity must be at most 1000."},
                                                         {"99999999999999999999", "Quantity must be at most 1000."},
                                                         {"-99999999999999999999", "Quantity must be greater than 0."},
                                                         {"1.5", "Quantity must be a whole number."},
                                                         {"1.0", "Quantity must be a whole number."},
                                                         {"1e2", "Quantity must be a whole number."},
                                                         {"\"2\"", "Quantity must be a whole number."},
                                                         {"null", "Quantity is required."},
                                                         {"[]", "Quantity must be a whole number."}};
    for (const auto& [text, wrong] : cases)
        EXPECT_EQ((list{std::string{"items[0].quantity: "} + wrong}),
                  errors_of(std::string{R"({"items":[{"productId":"A","quantity":)"} + text + "}]}"))
            << text;
    EXPECT_EQ((list{"items[0].productId: ProductId must be a string."}),
              errors_of(R"({"items":[{"productId":5,"quantity":1}]})"));
}

TEST(OrderRequest, BoundsLinesAndErrors) {
    std::string lines;
    for (int i = 0; i < 100; ++i) lines += std::string{i ? "," : ""} + R"({"productId":"","quantity":0})";
    EXPECT_EQ(100u, errors_of(R"({"items":[)" + lines + "]}").size());
    EXPECT_EQ((list{"items: At most 100 order items are allowed."}), errors_of(R"({"items":[)" + lines + ",{}]}"));
}

TEST(OrderRequest, RefusesWhatIsNoJson) {
    for (const std::string& body :
         {std::string{}, std::string{"{\"items\":["}, std::string{"{} x"}, std::string{"{\"items\":[],\"Items\":[]}"},
          std::string{"\xEF\xBB\xBF{}"}, std::string(64 * 1024 + 1, ' ')}) {
        const auto r = read_order_request(body);
        ASSERT_FALSE(r);
        EXPECT_EQ(base::fault_kind::invalid, r.error().kind);
    }
}
