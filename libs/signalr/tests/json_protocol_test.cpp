#include <gtest/gtest.h>

#include "hub_protocol.hpp"

using namespace signalr;

namespace {

std::string fault_of(std::string_view text) {
    incoming message;
    const auto good = json_protocol().parse(std::string{text} + record_separator, message);
    return good ? "" : good.error().detail;
}

std::string written(auto write) {
    std::string out;
    write(json_protocol(), out);
    return out;
}

void write_result(const hub_protocol& p, std::string& out, std::string_view id, std::string_view json) {
    const auto place = p.open_result(out, id);
    auto to = p.writer(out);
    to.json(json);
    ASSERT_TRUE(p.close_message(out, place, to));
}

}  // namespace

TEST(JsonProtocol, ReadsAnInvocationWhateverTheOrder) {
    const std::string texts[]{
        R"({"type":1,"invocationId":"7","target":"Echo","arguments":["x",{"y":[1]}]})",
        R"({"arguments":["x",{"y":[1]}],"target":"Echo","invocationId":"7","type":1})",
        R"( { "x" : [ ] , "type" : 1 , "target":"\u0045cho", "headers":{"a":"b"}, "invocationId":"7","arguments":["x",{"y":[1]}] } )",
        R"({"target":"nope","target":"Echo","type":6,"type":1,"invocationId":"0","invocationId":"7","arguments":[],"arguments":["x",{"y":[1]}]})"};
    for (const auto& text : texts) {
        const std::string framed = text + record_separator;
        incoming m;
        ASSERT_TRUE(json_protocol().parse(framed, m)) << text;
        EXPECT_EQ(m.kind, message_kind::invocation);
        EXPECT_EQ(m.target, "Echo");
        EXPECT_EQ(m.invocation_id, "7");
        EXPECT_EQ(m.arguments, R"(["x",{"y":[1]}])");
        EXPECT_EQ(m.argument_count, 2U);
    }
}

TEST(JsonProtocol, TakesANullInvocationIdForNone) {
    incoming m;
    const std::string framed = "{\"type\":1,\"invocationId\":null,\"target\":\"a\",\"arguments\":[]}\x1e";
    ASSERT_TRUE(json_protocol().parse(framed, m));
    EXPECT_EQ(m.invocation_id, "");
}

TEST(JsonProtocol, KeepsStreamIdsItemsAndResultsAsTheyAreWritten) {
    incoming m;
    std::string text =
        "{\"type\":4,\"invocationId\":\"1\",\"target\":\"a\",\"arguments\":[],\"streamIds\":[\"7\",\"8\"]}\x1e";
    ASSERT_TRUE(json_protocol().parse(text, m));
    EXPECT_EQ(m.stream_ids, R"(["7","8"])");
    EXPECT_EQ(m.stream_count, 2U);
    text = "{\"type\":2,\"invocationId\":\"7\",\"item\":\"x\"}\x1e";
    ASSERT_TRUE(json_protocol().parse(text, m));
    EXPECT_EQ(m.item, "\"x\"");
    EXPECT_EQ(m.stream_count, 0U);
    text = "{\"type\":3,\"invocationId\":\"7\",\"result\": null }\x1e";
    ASSERT_TRUE(json_protocol().parse(text, m));
    EXPECT_EQ(m.result, "null");
    EXPECT_EQ(m.outcome, completion_kind::value);
    text = "{\"type\":3,\"invocationId\":\"7\"}\x1e";
    ASSERT_TRUE(json_protocol().parse(text, m));
    EXPECT_EQ(m.outcome, completion_kind::nothing);
}

TEST(JsonProtocol, NamesWhatIsWrong) {
    const std::pair<const char*, const char*> cases[]{
        {"", "Error reading JSON."},
        {"{\"type\":1", "Unexpected end when reading JSON."},
        {"[]", "Unexpected JSON Token Type 'Array'. Expected a JSON Object."},
        {"{}", "Missing required property 'type'."},
        {R"({"type":1,"arguments":[]})", "Missing required property 'target'."},
        {R"({"type":1,"target":"x"})", "Missing required property 'arguments'."},
        {R"({"type":4,"target":"x","arguments":[]})", "Missing required property 'invocationId'."},
        {R"({"type":2,"invocationId":"1"})", "Missing required property 'item'."},
        {R"({"type":8})", "Missing required property 'sequenceId'."},
        {R"({"type":null})", "Expected 'type' to be of type Number."},
        {R"({"type":7,"error":null})", "Expected 'error' to be of type String."},
        {R"({"type":7,"allowReconnect":"x"})", "Expected 'allowReconnect' to be true or false."},
        {R"({"type":3,"invocationId":"1","error":"e","result":1})",
         "The 'error' and 'result' properties are mutually exclusive."},
        {R"({"type":6,"headers":{"a":1}})", "Expected header 'a' to be of type String."},
        {R"({"type":6,"arguments":null})", "Expected 'arguments' to be of type Array."}};
    for (const auto& [text, fault] : cases)
        EXPECT_EQ(fault_of(text), std::string{"InvalidDataException: "} + fault) << text;
    EXPECT_EQ(fault_of(R"({"type":1.0})"),
              "FormatException: Either the JSON value is not in a supported format, or is out of bounds for an Int32.");
    EXPECT_EQ(fault_of(R"({"type":6,"streamIds":[1]})"),
              "InvalidOperationException: Cannot get the value of a token type 'Number' as a string.");
}

TEST(JsonProtocol, RefusesTextThatIsNotUtf8WhereItWouldBeEchoed) {
    EXPECT_NE(fault_of("{\"type\":1,\"invocationId\":\"\xff\",\"target\":\"x\",\"arguments\":[]}"), "");
    EXPECT_NE(fault_of("{\"type\":1,\"target\":\"\xff\",\"arguments\":[]}"), "");
}

TEST(JsonProtocol, LetsUnknownTypesPass) {
    for (const char* type : {"0", "-1", "10", "99"})
        EXPECT_EQ(fault_of("{\"type\":" + std::string{type} + ",\"x\":{}}"), "");
}

TEST(JsonProtocol, GivesArgumentsAsValuesOrNotAtAll) {
    incoming m;
    m.arguments = R"([1,"x",{"a":1,"a":2}])";
    const auto values = arguments_as_tree(encoding::json, m);
    ASSERT_TRUE(values);
    EXPECT_EQ(values->at(2).at("a").as_int64(), 2);
    m.arguments = "[\"\xff\"]";
    EXPECT_FALSE(arguments_as_tree(encoding::json, m));
    m.arguments = R"(["\ud800"])";
    EXPECT_FALSE(arguments_as_tree(encoding::json, m));
}

TEST(JsonProtocol, WritesAsTheReferenceServer) {
    EXPECT_EQ(
        written([](auto& p, auto& o) { p.write_invocation(o, "", "Notification", json_arguments{R"([{"a":1}])"}); }),
        "{\"type\":1,\"target\":\"Notification\",\"arguments\":[{\"a\":1}]}\x1e");
    EXPECT_EQ(written([](auto& p, auto& o) { write_result(p, o, "3", "null"); }),
              "{\"type\":3,\"invocationId\":\"3\",\"result\":null}\x1e");
    EXPECT_EQ(written([](auto& p, auto& o) { p.write_error(o, "3", "te\"xt"); }),
              "{\"type\":3,\"invocationId\":\"3\",\"error\":\"te\\\"xt\"}\x1e");
    EXPECT_EQ(written([](auto& p, auto& o) { p.write_ping(o); }), "{\"type\":6}\x1e");
    EXPECT_EQ(written([](auto& p, auto& o) { p.write_close(o, "", false); }), "{\"type\":7}\x1e");
    EXPECT_EQ(written([](auto& p, auto& o) { p.write_close(o, "e", true); }),
              "{\"type\":7,\"error\":\"e\",\"allowReconnect\":true}\x1e");
}

TEST(JsonProtocol, WritesTheNotificationOfTheSpecificationIn141Bytes) {
    const auto text = written([](auto& p, auto& o) {
        p.write_invocation(
            o, "", "Notification",
            json_arguments{
                R"([{"correlationId":{"value":"7f6d1c52-3b0e-4c3a-9a57-2f1d8a40be11"},"status":2,"orderId":777}])"});
    });
    EXPECT_EQ(text.size(), 141U);
}
