// Messages requests as Chat Completions: system, conversation, content (R10-R27, R41-R44, R57 of
// docs/translation.md).
#include "tests/support/cpp/catch.h"
#include "tests/unit/router/translate/fixture.h"

namespace katra::testing {
namespace {

using nlohmann::json;

json Request(json messages) {
  return {{"model", "claude-x"}, {"max_tokens", 100}, {"messages", std::move(messages)}};
}

json User(json content) { return {{"role", "user"}, {"content", std::move(content)}}; }
json Assistant(json content) { return {{"role", "assistant"}, {"content", std::move(content)}}; }
json System(json content) { return {{"role", "system"}, {"content", std::move(content)}}; }
json TextBlock(const std::string& text) { return {{"type", "text"}, {"text", text}}; }
json ToolUse(const std::string& id, json input = json::object()) {
  return {{"type", "tool_use"}, {"id", id}, {"name", "f"}, {"input", std::move(input)}};
}
json ToolResult(const std::string& id, json content) {
  return {{"type", "tool_result"}, {"tool_use_id", id}, {"content", std::move(content)}};
}
json Image(json source) { return {{"type", "image"}, {"source", std::move(source)}}; }
json Base64(const std::string& type) {
  return {{"type", "base64"}, {"media_type", type}, {"data", "QUJD"}};
}

json Messages(const json& request, const translate::Target& target = PlainTarget()) {
  return Translate(request, target).body["messages"];
}

std::string ErrorOf(const json& request, const translate::Target& target = PlainTarget()) {
  const auto result = translate::ToChat(request.dump(), target);
  REQUIRE_FALSE(result);
  return result.error().message;
}

TEST_CASE("R10 a system string is one system message, an empty one is none") {
  json request = Request(json::array({User("hi")}));
  request["system"] = "Be \"brief\".";
  CHECK(Messages(request) == json::parse(R"([{"role":"system","content":"Be \"brief\"."},
                                            {"role":"user","content":"hi"}])"));
  request["system"] = "";
  CHECK(Messages(request).size() == 1);
}

TEST_CASE("R11 R12 B25 system blocks are one string, without the attribution block") {
  json request = Request(json::array({User("hi")}));
  request["system"] = json::array(
      {TextBlock("x-anthropic-billing-header: cc_version=2; cch=1;"),
       TextBlock("One."),
       {{"type", "text"}, {"text", "Two."}, {"cache_control", {{"type", "ephemeral"}}}}});
  CHECK(Messages(request)[0]["content"] == "One.\n\nTwo.");
}

TEST_CASE("R14 cache marks stay for Claude behind OpenRouter and go elsewhere") {
  const json mark = {{"type", "ephemeral"}};
  json request = Request(json::array(
      {User(json::array({{{"type", "text"}, {"text", "q"}, {"cache_control", mark}}}))}));
  request["system"] = json::array({{{"type", "text"}, {"text", "s"}, {"cache_control", mark}}});
  request["tools"] = json::array(
      {{{"name", "f"}, {"input_schema", {{"type", "object"}}}, {"cache_control", mark}}});
  translate::Target target = PlainTarget();
  target.quirks.cache_control = true;
  target.model = "anthropic/claude-sonnet-4";
  const json kept = Translate(request, target).body;
  CHECK(kept["messages"][0]["content"][0]["cache_control"] == mark);
  CHECK(kept["messages"][1]["content"][0]["cache_control"] == mark);
  CHECK(kept["tools"][0]["cache_control"] == mark);
  target.model = "openai/gpt-5";
  CHECK(Translate(request, target).result.body.find("cache_control") == std::string::npos);
}

TEST_CASE("R13 B9 a system message in the middle stays where it was") {
  const json request = Request(
      json::array({User("one"), System("note"), Assistant("two"), System("later"), User("three")}));
  const json folded = Messages(request);
  REQUIRE(folded.size() == 3);
  CHECK(folded[0]["content"] == "one\n<system-reminder>\nnote\n</system-reminder>");
  CHECK(folded[2]["content"] == "<system-reminder>\nlater\n</system-reminder>\nthree");

  translate::Target target = PlainTarget();
  target.quirks.inline_system = true;
  const json inlined = Messages(request, target);
  REQUIRE(inlined.size() == 5);
  CHECK(inlined[1] == json::parse(R"({"role":"system","content":"note"})"));
  CHECK(inlined[3]["role"] == "system");
}

TEST_CASE("R13 a system message never comes between a call and its result") {
  const json request = Request(json::array(
      {User("go"), Assistant(json::array({ToolUse("a"), ToolUse("b")})), System("note"),
       User(json::array({ToolResult("a", "1"), ToolResult("b", "2")})), Assistant("ok")}));
  const json folded = Messages(request);
  REQUIRE(folded.size() == 5);
  CHECK(folded[2]["role"] == "tool");
  CHECK(folded[3]["content"] == "2\n\n<system-reminder>\nnote\n</system-reminder>");
  CHECK(folded[4]["role"] == "assistant");

  translate::Target target = PlainTarget();
  target.quirks.inline_system = true;
  const json inlined = Messages(request, target);
  CHECK(inlined[2]["role"] == "tool");
  CHECK(inlined[3]["role"] == "tool");
  CHECK(inlined[4]["role"] == "system");
}

TEST_CASE("R15 B24 an assistant's text blocks are joined without a byte between") {
  CHECK(Messages(Request(
            json::array({User("q"), Assistant(json::array({TextBlock("a"), TextBlock("b")})),
                         User("r")})))[1]["content"] == "ab");
}

TEST_CASE("R16 empty text and empty messages are left out") {
  const json messages =
      Messages(Request(json::array({User(json::array({TextBlock(""), TextBlock("q")})),
                                    Assistant(json::array({TextBlock("")})), User("r")})));
  CHECK(messages == json::parse(R"([{"role":"user","content":"q\nr"}])"));
}

TEST_CASE("R17 images by data and by url") {
  const json content = Messages(Request(json::array({User(json::array(
      {TextBlock("see"), Image(Base64("image/jpeg")),
       Image({{"type", "url"}, {"url", "https://x.example/a.png"}})}))})))[0]["content"];
  CHECK(content[0] == json::parse(R"({"type":"text","text":"see"})"));
  CHECK(content[1]["image_url"]["url"] == "data:image/jpeg;base64,QUJD");
  CHECK(content[2]["image_url"]["url"] == "https://x.example/a.png");
}

TEST_CASE("R18 E5 an image by file id is refused") {
  const std::string error = ErrorOf(
      Request(json::array({User(json::array({Image({{"type", "file"}, {"file_id", "f1"}})}))})));
  CHECK(error.find("capability_rejected: image_file") == 0);
}

TEST_CASE("R19 B8 a PDF is a file, and refused where the model takes none") {
  const json request = Request(json::array({User(json::array(
      {{{"type", "document"}, {"title", "a.pdf"}, {"source", Base64("application/pdf")}},
       TextBlock("sum up")}))}));
  translate::Target target = PlainTarget();
  CHECK(ErrorOf(request, target).find("capability_rejected: document_pdf") == 0);
  target.quirks.pdfs = true;
  const json part = Messages(request, target)[0]["content"][0];
  CHECK(part["type"] == "file");
  CHECK(part["file"]["filename"] == "a.pdf");
  CHECK(part["file"]["file_data"] == "data:application/pdf;base64,QUJD");
}

TEST_CASE("R19 B20 a document of text is text") {
  const json document = {
      {"type", "document"},
      {"title", "T"},
      {"source", {{"type", "text"}, {"media_type", "text/plain"}, {"data", "body"}}}};
  CHECK(Messages(Request(json::array({User(json::array({document}))})))[0]["content"] == "T\nbody");
}

TEST_CASE("R19 what a model cannot see is refused in the latest message and marked in older ones") {
  translate::Target target = PlainTarget();
  target.quirks.images = false;
  const json image = Image(Base64("image/png"));
  CHECK(ErrorOf(Request(json::array({User(json::array({image}))})), target)
            .find("capability_rejected: image") == 0);
  const Translated old = Translate(
      Request(json::array({User(json::array({image})), Assistant("ok"), User("next")})), target);
  CHECK(old.body["messages"][0]["content"].get<std::string>().find("cannot see") !=
        std::string::npos);
  CHECK(old.result.dropped == std::vector<std::string>{"image"});
}

TEST_CASE("R20 a call's input keeps its bytes") {
  const std::string body =
      R"({"model":"m","messages":[{"role":"assistant","content":[{"type":"tool_use","id":"a",)"
      R"("name":"f","input":{ "z":1.0, "a":"\u00e9\n" }}]}]})";
  const auto result = translate::ToChat(body, PlainTarget());
  REQUIRE(result);
  const json call = json::parse(result->body)["messages"][0]["tool_calls"][0];
  CHECK(call["function"]["arguments"] == R"({ "z":1.0, "a":"\u00e9\n" })");
  CHECK(json::parse(result->body)["messages"][0]["content"].is_null());
  CHECK(ErrorOf(Request(json::array({Assistant(json::array(
                    {{{"type", "tool_use"}, {"name", "f"}, {"input", json::object()}}}))})))
            .find("id") != std::string::npos);
}

TEST_CASE("R21 B14 results come right after their calls, in their order, before the user's text") {
  const json messages = Messages(Request(json::array(
      {User("go"), Assistant(json::array({TextBlock("t"), ToolUse("a"), ToolUse("b")})),
       User(json::array({TextBlock("and"), ToolResult("b", "2"), ToolResult("a", "1")}))})));
  REQUIRE(messages.size() == 5);
  CHECK(messages[2] == json::parse(R"({"role":"tool","tool_call_id":"a","content":"1"})"));
  CHECK(messages[3]["tool_call_id"] == "b");
  CHECK(messages[4] == json::parse(R"({"role":"user","content":"and"})"));
}

TEST_CASE("R22 B20 missing content is empty, an array of text is one string") {
  json bare = {{"type", "tool_result"}, {"tool_use_id", "a"}};
  const json messages = Messages(Request(
      json::array({Assistant(json::array({ToolUse("a"), ToolUse("b")})),
                   User(json::array(
                       {bare, ToolResult("b", json::array({TextBlock("x"), TextBlock("y")}))}))})));
  CHECK(messages[1]["content"] == "");
  CHECK(messages[2]["content"] == "x\ny");
}

TEST_CASE("R23 B7 a failed call says so") {
  json failed = ToolResult("a", "no such file");
  failed["is_error"] = true;
  CHECK(Messages(Request(json::array({Assistant(json::array({ToolUse("a")})),
                                      User(json::array({failed}))})))[1]["content"] ==
        "ERROR: no such file");
}

TEST_CASE("R24 B6 a picture in a result follows in a message of the user") {
  const json messages = Messages(Request(json::array(
      {Assistant(json::array({ToolUse("a")})),
       User(json::array(
           {ToolResult("a", json::array({TextBlock("shot"), Image(Base64("image/png"))}))}))})));
  REQUIRE(messages.size() == 3);
  CHECK(messages[1]["content"] == "shot\n[See the next message: image]");
  CHECK(messages[2]["role"] == "user");
  CHECK(messages[2]["content"][1]["image_url"]["url"] == "data:image/png;base64,QUJD");
}

TEST_CASE("R25 a result without its call is dropped, a call without its result gets one") {
  const Translated orphan = Translate(
      Request(json::array({User(json::array({ToolResult("gone", "x"), TextBlock("q")}))})),
      PlainTarget());
  CHECK(orphan.body["messages"] == json::parse(R"([{"role":"user","content":"q"}])"));
  CHECK(orphan.result.dropped == std::vector<std::string>{"orphan_tool_result"});
  const json unanswered =
      Messages(Request(json::array({Assistant(json::array({ToolUse("a"), ToolUse("b")})),
                                    User(json::array({ToolResult("b", "2"), TextBlock("stop")})),
                                    Assistant(json::array({ToolUse("c")}))})));
  REQUIRE(unanswered.size() == 6);
  CHECK(unanswered[1]["tool_call_id"] == "a");
  CHECK(unanswered[1]["content"].get<std::string>().find("No result") == 0);
  CHECK(unanswered[5]["tool_call_id"] == "c");
}

TEST_CASE("R26 an answer that is begun already is marked where the upstream continues it") {
  const json request = Request(json::array({User("q"), Assistant("The answer is")}));
  CHECK_FALSE(Messages(request)[1].contains("prefix"));
  translate::Target target = PlainTarget();
  target.quirks.prefill_prefix = true;
  CHECK(Messages(request, target)[1]["prefix"] == true);
}

TEST_CASE("R27 a longer conversation begins with the bytes of the shorter one") {
  const json tools = json::array({{{"name", "f"}, {"input_schema", {{"type", "object"}}}}});
  json shorter = Request(json::array({User("q"), Assistant(json::array({ToolUse("a", {{"x", 1}})})),
                                      User(json::array({ToolResult("a", "1")}))}));
  shorter["tools"] = tools;
  json longer = shorter;
  longer["messages"].push_back(Assistant("done"));
  longer["messages"].push_back(User("more"));
  const std::string one = Translate(shorter, PlainTarget()).result.body;
  CHECK(one == Translate(shorter, PlainTarget()).result.body);
  const std::string two = Translate(longer, PlainTarget()).result.body;
  const size_t end = one.find("],\"tools\"");
  REQUIRE(end != std::string::npos);
  CHECK(two.substr(0, end) == one.substr(0, end));
}

TEST_CASE("R41 B11 reasoning goes back to DeepSeek on turns with calls") {
  translate::Target target = PlainTarget();
  target.provider = "deepseek";
  target.quirks.reasoning_history = router::ReasoningHistory::kReasoningContent;
  const json thinking = {{"type", "thinking"}, {"thinking", "hm\n"}, {"signature", "katra1.e30"}};
  const json messages =
      Messages(Request(json::array({User("q"), Assistant(json::array({thinking, ToolUse("a")})),
                                    User(json::array({ToolResult("a", "1")})),
                                    Assistant(json::array({thinking, TextBlock("t")})), User("r"),
                                    Assistant(json::array({ToolUse("b")}))})),
               target);
  CHECK(messages[1]["reasoning_content"] == "hm\n");
  CHECK_FALSE(messages[3].contains("reasoning_content"));
  CHECK(messages[5]["reasoning_content"] == " ");

  MapReasoningStore store;
  store.Put("b", R"({"provider":"deepseek","content":"kept"})");
  target.reasoning = &store;
  CHECK(Messages(Request(json::array({User("r"), Assistant(json::array({ToolUse("b")}))})),
                 target)[1]["reasoning_content"] == "kept");
}

TEST_CASE("R42 OpenRouter gets its reasoning_details back verbatim") {
  MapReasoningStore store;
  const std::string details = R"([{"type":"reasoning.encrypted","data":"QQ==","index":0}])";
  store.Put("a", R"({"provider":"openrouter","details":)" + details + "}");
  translate::Target target = PlainTarget();
  target.provider = "openrouter";
  target.reasoning = &store;
  target.quirks.reasoning_history = router::ReasoningHistory::kReasoningDetails;
  const json request = Request(json::array({User("q"), Assistant(json::array({ToolUse("a")}))}));
  CHECK(Messages(request, target)[1]["reasoning_details"] == json::parse(details));
  target.provider = "another";
  CHECK_FALSE(Messages(request, target)[1].contains("reasoning_details"));
}

TEST_CASE("R43 R57 thinking is dropped for OpenAI") {
  const json request = Request(json::array(
      {User("q"),
       Assistant(json::array({{{"type", "thinking"}, {"thinking", "secret"}, {"signature", "E1"}},
                              {{"type", "redacted_thinking"}, {"data", "X"}},
                              TextBlock("t")})),
       User("r")}));
  const Translated out = Translate(request, PlainTarget());
  CHECK(out.result.body.find("secret") == std::string::npos);
  CHECK(out.body["messages"][1] == json::parse(R"({"role":"assistant","content":"t"})"));
}

TEST_CASE("R44 B12 a lost signature is replaced by Gemini's sentinel on the first call") {
  translate::Target target = PlainTarget();
  target.provider = "gemini";
  target.model = "gemini-3-pro";
  target.quirks.reasoning_history = router::ReasoningHistory::kThoughtSignature;
  const json request =
      Request(json::array({User("q"), Assistant(json::array({ToolUse("a"), ToolUse("b")}))}));
  const json calls = Messages(request, target)[1]["tool_calls"];
  CHECK(calls[0]["extra_content"]["google"]["thought_signature"] ==
        "skip_thought_signature_validator");
  CHECK_FALSE(calls[1].contains("extra_content"));
  target.model = "gemini-2.5-pro";
  CHECK_FALSE(Messages(request, target)[1]["tool_calls"][0].contains("extra_content"));
}

TEST_CASE("B20 blocks that only Anthropic knows are listed, not refused") {
  const Translated out = Translate(
      Request(json::array(
          {Assistant(json::array(
               {ToolUse("a"), {{"type", "server_tool_use"}, {"id", "s"}, {"name", "web_search"}}})),
           User(json::array(
               {ToolResult("a", json::array({{{"type", "tool_reference"}, {"tool_name", "Grep"}}})),
                {{"type", "container_upload"}, {"file_id", "x"}}}))})),
      PlainTarget());
  CHECK(out.body["messages"][1]["content"] == "[Tool found: Grep]");
  CHECK(out.result.dropped ==
        std::vector<std::string>{"content.container_upload", "content.server_tool_use"});
}

TEST_CASE("E18 a malformed request is told what is wrong with it") {
  for (const std::string body :
       {"", "[]", "{", "{\"messages\":5}", "{\"messages\":[{\"role\":\"x\",\"content\":\"\"}]}",
        "{\"messages\":[{\"role\":\"user\",\"content\":7}]}",
        "{\"messages\":[{\"role\":\"user\",\"content\":[7]}]}", "{\"messages\":[],\"tools\":{}}",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"\xFF\"}]}"}) {
    INFO(body);
    const auto result = translate::ToChat(body, PlainTarget());
    REQUIRE_FALSE(result);
    CHECK(result.error().code == ErrorCode::kInvalidArgument);
    CHECK(result.error().message.size() > 10);
  }
}

}  // namespace
}  // namespace katra::testing
