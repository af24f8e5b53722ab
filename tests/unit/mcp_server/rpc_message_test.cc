// JSON-RPC messages: what each line is, and what is wrong with it.
#include "mcp_server/rpc/message.h"

#include <nlohmann/json.hpp>

#include "tests/support/cpp/catch.h"

namespace katra::mcp {
namespace {

using nlohmann::json;

Message ParseOne(const std::string& line) {
  ParsedLine parsed = ParseLine(line);
  REQUIRE_FALSE(parsed.batch);
  REQUIRE(parsed.messages.size() == 1);
  return std::move(parsed.messages.front());
}

int ErrorOf(const std::string& line) {
  const Message message = ParseOne(line);
  CHECK(message.kind == MessageKind::kInvalid);
  return message.error_code;
}

TEST_CASE("requests, notifications and responses are told apart") {
  CHECK(ParseOne(R"({"jsonrpc":"2.0","id":1,"method":"ping"})").kind == MessageKind::kRequest);
  CHECK(ParseOne(R"({"jsonrpc":"2.0","method":"x"})").kind == MessageKind::kNotification);
  CHECK(ParseOne(R"({"jsonrpc":"2.0","id":1,"result":{}})").kind == MessageKind::kResponse);
  CHECK(ParseOne(R"({"jsonrpc":"2.0","id":null,"error":{}})").kind == MessageKind::kResponse);
}

TEST_CASE("an id keeps its type and value") {
  for (const std::string& id :
       {std::string("1"), std::string("0"), std::string("-9223372036854775808"),
        std::string("18446744073709551615"), std::string(R"("1")"), std::string(R"("")"),
        std::string(R"("listen:0")"), std::string(R"("Zürich \"x\"")")}) {
    const Message message = ParseOne(R"({"jsonrpc":"2.0","method":"ping","id":)" + id + "}");
    REQUIRE(message.kind == MessageKind::kRequest);
    CHECK(message.id.ToJson() == json::parse(id));
    CHECK(json::parse(ResultLine(message.id, json::object()))["id"] == json::parse(id));
  }
}

TEST_CASE("the same number and text are different ids") {
  CHECK(RequestId{int64_t{1}}.Key() != RequestId{std::string("1")}.Key());
}

TEST_CASE("an id that is neither a string nor an integer is refused without it") {
  for (const char* id : {"null", "true", "1.5", "1e3", "{}", "[1]", "1e400"}) {
    CAPTURE(id);
    const Message message =
        ParseOne(std::string(R"({"jsonrpc":"2.0","method":"ping","id":)") + id + "}");
    CHECK(message.kind == MessageKind::kInvalid);
    CHECK(message.id.ToJson() == nullptr);
  }
}

TEST_CASE("a wrong request is refused with its id, when that can be read") {
  const Message message = ParseOne(R"({"id":"a","method":"ping"})");
  CHECK(message.error_code == kInvalidRequest);
  CHECK(message.id.ToJson() == "a");
}

TEST_CASE("params must be an object") {
  CHECK(ErrorOf(R"({"jsonrpc":"2.0","id":1,"method":"ping","params":[]})") == kInvalidParams);
  CHECK(ErrorOf(R"({"jsonrpc":"2.0","id":1,"method":"ping","params":null})") == kInvalidParams);
  CHECK(ParseOne(R"({"jsonrpc":"2.0","method":"x","params":[]})").kind ==
        MessageKind::kNotification);
}

TEST_CASE("what is no JSON is a parse error, and says when it is no UTF-8") {
  CHECK(ErrorOf("hello") == kParseError);
  CHECK(ErrorOf("{\"jsonrpc\":\"2.0\",") == kParseError);
  const Message message = ParseOne("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}");
  CHECK(message.error_code == kParseError);
  CHECK(message.error == "not valid UTF-8");
}

TEST_CASE("nesting is refused beyond the limit, before it is parsed") {
  const auto nested = [](size_t depth) {
    return R"({"jsonrpc":"2.0","id":1,"method":"x","params":{"a":)" + std::string(depth - 2, '[') +
           std::string(depth - 2, ']') + "}}";
  };
  CHECK(ParseOne(nested(kMaxNesting)).kind == MessageKind::kRequest);
  CHECK(ErrorOf(nested(kMaxNesting + 1)) == kInvalidRequest);
  CHECK(ErrorOf(std::string(1'000'000, '[')) == kInvalidRequest);
}

TEST_CASE("brackets in strings are no nesting") {
  const std::string brackets(200, '[');
  CHECK(ParseOne(R"({"jsonrpc":"2.0","id":"\")" + brackets + R"(","method":"ping"})").kind ==
        MessageKind::kRequest);
}

TEST_CASE("a batch is taken apart, and an empty or huge one refused") {
  const ParsedLine parsed =
      ParseLine(R"([{"jsonrpc":"2.0","id":1,"method":"ping"},1,{"jsonrpc":"2.0","method":"x"}])");
  CHECK(parsed.batch);
  REQUIRE(parsed.messages.size() == 3);
  CHECK(parsed.messages[0].kind == MessageKind::kRequest);
  CHECK(parsed.messages[1].kind == MessageKind::kInvalid);
  CHECK(parsed.messages[2].kind == MessageKind::kNotification);
  CHECK(ErrorOf("[]") == kInvalidRequest);
  json huge = json::array();
  for (size_t i = 0; i <= kMaxBatchMessages; ++i) huge.push_back(1);
  CHECK(ErrorOf(huge.dump()) == kInvalidRequest);
}

TEST_CASE("a line to send is one line of valid UTF-8, whatever it carries") {
  const std::string line =
      ErrorLine({}, -32603, "bad \xff byte,\nnew line, \xe2\x80\xa8 separator");
  CHECK(line.find('\n') == std::string::npos);
  const json parsed = json::parse(line);
  CHECK(parsed["id"] == nullptr);
  CHECK(parsed["error"]["code"] == -32603);
}

TEST_CASE("M7 half an emoji is shown as U+FFFD, and the message counts") {
  const auto text = [](const std::string& escaped) {
    const Message message =
        ParseOne(R"({"jsonrpc":"2.0","id":7,"method":"x","params":{"m":")" + escaped + R"("}})");
    REQUIRE(message.kind == MessageKind::kRequest);
    CHECK(message.id.ToJson() == 7);
    return message.params->at("m").get<std::string>();
  };
  CHECK(text(R"(done \ud83d)") == "done \uFFFD");
  CHECK(text(R"(\ude00 done)") == "\uFFFD done");
  CHECK(text(R"(\ud83d\ud83d\ude00\ude00)") == "\uFFFD\U0001F600\uFFFD");
  CHECK(text(R"(\uD83Dx\u0041)") == "\uFFFDxA");
  CHECK(text(R"(\\ud83d \ud83d)") == "\\ud83d \uFFFD");
}

TEST_CASE("M7 who sent a line that cannot be read is answered by its id") {
  const auto id_of = [](const std::string& line) { return ParseOne(line).id.ToJson(); };
  CHECK(id_of("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"\xff\"}") == 7);
  // As the TypeScript SDK writes it: the id comes last.
  CHECK(
      id_of(
          "{\"method\":\"x\",\"params\":{\"id\":1,\"a\":\"\x01\"},\"jsonrpc\":\"2.0\",\"id\":8}") ==
      8);
  CHECK(id_of(R"({"id" : "a\"b" ,"method":"x","params":{]})") == "a\"b");
  CHECK(id_of(R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{)") == 7);
  CHECK(id_of(R"({"jsonrpc":"2.0","id":"deep","method":"x","params":{"a":)" +
              std::string(5000, '[') + std::string(5000, ']') + "}}") == "deep");
  CHECK(id_of(R"({"id":7,"result":{]})") == nullptr);  // a response: nobody waits
  CHECK(id_of(R"({"params":{"id":7},"method":"x",)") == nullptr);
  CHECK(id_of("hello \"id\":7") == nullptr);
  CHECK(id_of(R"({"id":7.5,"method":"x",)") == nullptr);
}

}  // namespace
}  // namespace katra::mcp
