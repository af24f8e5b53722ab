// Streams and replies of the Responses API -> Messages answers (S60-S65). Every stream is fed
// whole, byte by byte and cut in two at every place.
#include "router/translate/from_responses/reply.h"

#include <algorithm>
#include <set>

#include "router/translate/from_responses/stream.h"
#include "router/translate/signature.h"
#include "tests/support/cpp/catch.h"
#include "tests/unit/router/translate/fixture.h"

namespace katra::testing {
namespace {

using nlohmann::json;
using translate::ReplyContext;
using translate::StreamState;

std::unique_ptr<translate::UpstreamStream> MakeReader(const ReplyContext& context,
                                                      const translate::StreamOptions& options) {
  return std::make_unique<translate::ResponsesStreamReader>(context, options);
}

ReplyContext Context() {
  ReplyContext context = PlainContext();
  context.upstream = "test 1";
  context.carries_reasoning = true;
  return context;
}

StreamRun Every(const std::string& input, const ReplyContext& context = Context(),
                bool cut = false) {
  return FeedEverySplitOfAny(input, context, cut, MakeReader);
}

std::string Event(const std::string& type, json more = json::object()) {
  more["type"] = type;
  return "event: " + type + "\ndata: " + more.dump() + "\n\n";
}

std::string Created() {
  return Event("response.created",
               {{"response", {{"id", "resp_1"}, {"model", "gpt-x"}, {"status", "in_progress"}}}});
}

std::string Added(int index, json item) {
  return Event("response.output_item.added", {{"output_index", index}, {"item", std::move(item)}});
}
std::string ItemDone(int index, json item) {
  return Event("response.output_item.done", {{"output_index", index}, {"item", std::move(item)}});
}
std::string Delta(const std::string& kind, int index, const std::string& text, json more = {}) {
  json event = {{"output_index", index}, {"delta", text}};
  if (!more.is_null()) event.update(more);
  return Event("response." + kind + ".delta", event);
}

json Message(const std::string& text) {
  return {
      {"type", "message"},
      {"id", "msg_1"},
      {"role", "assistant"},
      {"content",
       json::array({{{"type", "output_text"}, {"text", text}, {"annotations", json::array()}}})}};
}
json Call(const std::string& id, const std::string& arguments) {
  return {{"type", "function_call"},
          {"id", "fc_" + id},
          {"call_id", id},
          {"name", "look"},
          {"arguments", arguments}};
}
json Reasoning(const std::string& id, const std::string& summary = "") {
  json item = {{"type", "reasoning"},
               {"id", id},
               {"summary", json::array()},
               {"encrypted_content", "secret of " + id}};
  if (!summary.empty()) item["summary"].push_back({{"type", "summary_text"}, {"text", summary}});
  return item;
}

const json kUsage = {{"input_tokens", 100},
                     {"input_tokens_details", {{"cached_tokens", 60}, {"cache_write_tokens", 10}}},
                     {"output_tokens", 50},
                     {"output_tokens_details", {{"reasoning_tokens", 20}}},
                     {"total_tokens", 150}};

json Response(const json& output, const std::string& status = "completed") {
  return {{"id", "resp_1"},   {"object", "response"}, {"model", "gpt-x"}, {"status", status},
          {"error", nullptr}, {"output", output},     {"usage", kUsage}};
}
std::string Completed(const json& output = json::array()) {
  return Event("response.completed", {{"response", Response(output)}});
}

json KeptOf(const json& block) {
  const auto kept = translate::ReadSignature(block["signature"].get<std::string>());
  return kept ? json::parse(*kept) : json();
}

TEST_CASE("S60: text, reasoning and calls become blocks in their order") {
  const std::string stream =
      Created() + Added(0, {{"type", "reasoning"}, {"id", "rs_1"}}) +
      Delta("reasoning_summary_text", 0, "I \"think\"", {{"summary_index", 0}}) +
      Delta("reasoning_summary_text", 0, "more", {{"summary_index", 1}}) +
      ItemDone(0, Reasoning("rs_1")) + Added(1, {{"type", "message"}, {"id", "msg_1"}}) +
      Delta("output_text", 1, "He") + Delta("output_text", 1, "y\n\u00e4") +
      ItemDone(1, Message("Hey\n\u00e4")) + Added(2, Call("c1", "")) +
      Delta("function_call_arguments", 2, "{\"a\"") + Delta("function_call_arguments", 2, ":1}") +
      ItemDone(2, Call("c1", "{\"a\":1}")) + Completed();
  const StreamRun run = Every(stream);
  CHECK(run.state == StreamState::kDone);
  json blocks = run.Blocks();
  REQUIRE(blocks.size() == 3);
  CHECK(blocks[0]["thinking"] == "I \"think\"\n\nmore");
  CHECK(KeptOf(blocks[0])["provider"] == "test 1");
  CHECK(KeptOf(blocks[0])["items"][0]["encrypted_content"] == "secret of rs_1");
  CHECK(blocks[1]["text"] == "Hey\n\u00e4");
  CHECK(blocks[2] ==
        json({{"type", "tool_use"}, {"id", "c1"}, {"name", "look"}, {"input", {{"a", 1}}}}));
  CHECK(run.stop_reason == "tool_use");
  CHECK(run.model == "gpt-x");
  CHECK(run.notes.empty());
  CHECK(run.left_out.empty());
}

TEST_CASE("S64: usage is told without what came from the cache") {
  const StreamRun run = Every(Created() + Delta("output_text", 0, "x") + Completed());
  CHECK(run.usage.known);
  CHECK(run.usage.input_tokens == 30);
  CHECK(run.usage.cache_read_tokens == 60);
  CHECK(run.usage.cache_write_tokens == 10);
  CHECK(run.usage.output_tokens == 50);
}

TEST_CASE("S60: what no event told is taken from the item, or from the response") {
  const json items = {Reasoning("rs_1", "hm"), Message("Hey"), Call("c1", "{\"a\":1}")};
  std::string items_done = Created();
  for (int i = 0; i < 3; ++i) items_done += ItemDone(i, items[static_cast<size_t>(i)]);
  for (const std::string& stream :
       {items_done + Completed(), items_done + Completed(items), Created() + Completed(items),
        Created() + Added(1, Message("")) + Delta("output_text", 1, "He") + Completed(items)}) {
    const StreamRun run = Every(stream);
    INFO(run.bytes);
    json blocks = run.Blocks();
    REQUIRE(blocks.size() == 3);
    std::multiset<std::string> types;
    for (const json& block : blocks) types.insert(block["type"].get<std::string>());
    CHECK(types == std::multiset<std::string>{"text", "thinking", "tool_use"});
    for (const json& block : blocks) {
      if (block["type"] == "text") CHECK(block["text"] == "Hey");
      if (block["type"] == "thinking") CHECK(block["thinking"] == "hm");
      if (block["type"] == "tool_use") CHECK(block["input"] == json({{"a", 1}}));
    }
  }
}

TEST_CASE("S22: items that come interleaved go out one after another") {
  const StreamRun run = Every(
      Created() + Added(0, Call("c1", "")) + Added(1, Call("c2", "")) +
      Delta("function_call_arguments", 1, "{\"b\"") +
      Delta("function_call_arguments", 0, "{\"a\"") + Delta("function_call_arguments", 1, ":2}") +
      Delta("function_call_arguments", 0, ":1}") + ItemDone(1, Call("c2", "{\"b\":2}")) +
      ItemDone(0, Call("c1", "{\"a\":1}")) + Completed());
  const json blocks = run.Blocks();
  REQUIRE(blocks.size() == 2);
  CHECK(blocks[0]["id"] == "c1");
  CHECK(blocks[0]["input"] == json({{"a", 1}}));
  CHECK(blocks[1]["input"] == json({{"b", 2}}));
}

TEST_CASE("S65: a custom call's free text is one member of its input") {
  json call = {{"type", "custom_tool_call"},
               {"id", "ctc"},
               {"call_id", "c1"},
               {"name", "exec"},
               {"input", ""}};
  const std::string text = "say \"hi\"\n\\n {x}";
  json whole = call;
  whole["input"] = text;
  for (const std::string& stream :
       {Created() + Added(0, call) + Delta("custom_tool_call_input", 0, text.substr(0, 6)) +
            Delta("custom_tool_call_input", 0, text.substr(6)) + ItemDone(0, whole) + Completed(),
        Created() + Completed(json::array({whole}))}) {
    const json blocks = Every(stream).Blocks();
    REQUIRE(blocks.size() == 1);
    CHECK(blocks[0]["input"] == json({{"input", text}}));
  }
  whole["namespace"] = "functions";
  CHECK(Every(Created() + Completed(json::array({whole}))).Blocks()[0]["name"] ==
        "functions__exec");
}

TEST_CASE("S30, S61: ends are told as they are") {
  struct Case {
    const char* name;
    std::string end;
    const char* stop_reason;
  };
  const auto incomplete = [](const char* reason) {
    json response = Response(json::array(), "incomplete");
    response["incomplete_details"] = {{"reason", reason}};
    return Event("response.incomplete", {{"response", response}});
  };
  const std::vector<Case> cases = {
      {"completed", Completed(), "end_turn"},
      {"no more room", incomplete("max_output_tokens"), "max_tokens"},
      {"filtered", incomplete("content_filter"), "refusal"},
      {"cut for a reason that nobody knows", incomplete("tired"), "max_tokens"},
      {"refused", Delta("refusal", 0, " No.") + Completed(), "refusal"},
  };
  for (const Case& one : cases) {
    INFO(one.name);
    const StreamRun run = Every(Created() + Delta("output_text", 0, "Well.") + one.end);
    CHECK(run.state == StreamState::kDone);
    CHECK(run.stop_reason == one.stop_reason);
    CHECK(run.Blocks()[0]["text"].get<std::string>().substr(0, 5) == "Well.");
  }
  const StreamRun cut =
      Every(Created() + Added(0, Call("c1", "")) + Delta("function_call_arguments", 0, "{\"a\":") +
            incomplete("max_output_tokens"));
  CHECK(cut.stop_reason == "max_tokens");
}

TEST_CASE("S61, S62: failures and early ends are errors, never clean ends") {
  json failed = Response(json::array(), "failed");
  failed["error"] = {{"code", "rate_limit_exceeded"}, {"message", "slow down"}};
  json overflow = failed;
  overflow["error"] = {{"code", "context_length_exceeded"},
                       {"message", "Your input exceeds the context window of this model."}};
  json cancelled = Response(json::array(), "cancelled");
  json broken = Response(json::array(), "incomplete");
  broken["incomplete_details"] = {{"reason", "server_error"}};
  struct Case {
    const char* name;
    std::string end;
    translate::Failure failure;
  };
  const std::vector<Case> cases = {
      {"failed", Event("response.failed", {{"response", failed}}), translate::Failure::kRateLimit},
      {"too long", Event("response.failed", {{"response", overflow}}),
       translate::Failure::kContextOverflow},
      {"an error event", Event("error", {{"code", "server_error"}, {"message", "oops"}}),
       translate::Failure::kServer},
      {"an error event with a member",
       Event("error", {{"error", {{"type", "insufficient_quota"}, {"message", "pay"}}}}),
       translate::Failure::kQuota},
      {"cancelled", Event("response.cancelled", {{"response", cancelled}}),
       translate::Failure::kNoAnswer},
      {"failed with a reason", Event("response.incomplete", {{"response", broken}}),
       translate::Failure::kServer},
      {"nothing more", "", translate::Failure::kNoAnswer},
      {"an end mark alone", "data: [DONE]\n\n", translate::Failure::kNoAnswer},
      {"an event that ends early", "data: {\"type\":\"response.output_text.delta\",\"del",
       translate::Failure::kNoAnswer},
      {"an event that is broken", "data: {\"type\":\"respo\n\n" + Completed(),
       translate::Failure::kNoAnswer},
      {"a piece of what is over", ItemDone(0, Message("x")) + Delta("output_text", 0, "late"),
       translate::Failure::kNoAnswer},
      {"a call without a name", Delta("function_call_arguments", 7, "{}") + Completed(),
       translate::Failure::kNoAnswer},
  };
  for (const Case& one : cases) {
    INFO(one.name);
    const StreamRun after = Every(Created() + Delta("output_text", 0, "x") + one.end);
    CHECK(after.state == StreamState::kFailedAfterContent);
    CHECK(after.error.failure == one.failure);
    CHECK(after.Count("message_stop") == 0);
    CHECK(after.Count("error") == 1);
    if (one.end.find("late") != std::string::npos) continue;  // which needs its beginning
    const StreamRun before = Every(Created() + one.end);
    CHECK(before.state == StreamState::kFailedBeforeContent);
    CHECK(before.error.failure == one.failure);
  }
}

TEST_CASE("S63: what is not known is left out and listed, and says nothing about the rest") {
  const StreamRun run =
      Every(Created() + "event: ping\ndata: {}\n\n: comment\n\ndata: ping\n\n" +
            Event("keepalive", {{"sequence_number", 3}}) + Event("response.dream.started") +
            Added(0, {{"type", "hologram"}, {"id", "h"}}) +
            ItemDone(0, {{"type", "hologram"}, {"id", "h"}}) + Delta("output_text", 1, "Hey") +
            ItemDone(1, Message("Hey")) + Completed());
  CHECK(run.state == StreamState::kDone);
  CHECK(run.Blocks().size() == 1);
  CHECK(run.left_out ==
        std::vector<std::string>{"event.response.dream.started", "output.hologram"});
}

TEST_CASE("R77: reasoning without words is a block where a call may follow, else it is none") {
  const std::string stream =
      Created() + ItemDone(0, Reasoning("rs_1")) + ItemDone(1, Message("Hey")) + Completed();
  json blocks = Every(stream).Blocks();
  REQUIRE(blocks.size() == 2);
  CHECK(blocks[0]["thinking"] == "");
  CHECK(KeptOf(blocks[0])["items"][0]["id"] == "rs_1");
  ReplyContext plain = Context();
  plain.carries_reasoning = false;
  blocks = Every(stream, plain).Blocks();
  REQUIRE(blocks.size() == 1);
  CHECK(blocks[0]["type"] == "text");
}

TEST_CASE("R77: the store has a turn's reasoning by the call behind it, without secrets") {
  MapReasoningStore store;
  ReplyContext context = Context();
  context.reasoning = &store;
  const std::string stream = Created() + ItemDone(0, Reasoning("rs_1")) +
                             ItemDone(1, Call("c1", "{}")) + ItemDone(2, Call("c2", "{}")) +
                             ItemDone(3, Reasoning("rs_2")) + ItemDone(4, Call("c3", "{}")) +
                             Completed();
  static_cast<void>(FeedAny(stream, context, false, {}, MakeReader));
  REQUIRE(store.kept().size() == 2);
  CHECK(json::parse(store.kept().at("c1"))["items"][0]["id"] == "rs_1");
  CHECK(json::parse(store.kept().at("c3"))["items"][0]["id"] == "rs_2");
  MapReasoningStore careful;
  context.reasoning = &careful;
  auto secrets = std::make_shared<KnownSecrets>();
  secrets->Add("secret of rs_1");
  context.secrets = secrets;
  static_cast<void>(FeedAny(stream, context, false, {}, MakeReader));
  CHECK(careful.kept().count("c1") == 0);
  CHECK(careful.kept().count("c3") == 1);
}

TEST_CASE("R46: a stop sequence ends the text before it, wherever it was split") {
  ReplyContext context = Context();
  context.emulated_stops = {"END"};
  const StreamRun run = Every(Created() + Delta("output_text", 0, "one E") +
                                  Delta("output_text", 0, "ND two") + Completed(),
                              context);
  CHECK(run.Blocks()[0]["text"] == "one ");
  CHECK(run.Event("message_delta")["delta"]["stop_reason"] == "stop_sequence");
  const StreamRun held = Every(
      Created() + Delta("output_text", 0, "one EN") + ItemDone(0, Message("one EN")) + Completed(),
      context);
  CHECK(held.Blocks()[0]["text"] == "one EN");
}

TEST_CASE("S16: pages that an answer cites are a web search of the provider's") {
  json message = Message("Hey");
  message["content"][0]["annotations"] = {
      {{"type", "url_citation"}, {"url", "https://h"}, {"title", "H"}}};
  const StreamRun run =
      Every(Created() +
            ItemDone(0, {{"type", "web_search_call"}, {"id", "ws"}, {"status", "completed"}}) +
            Event("response.output_text.annotation.added",
                  {{"output_index", 1}, {"annotation", message["content"][0]["annotations"][0]}}) +
            ItemDone(1, message) + Completed());
  const json blocks = run.Blocks();
  REQUIRE(blocks.size() == 3);
  CHECK(blocks[2]["content"].size() == 1);
  CHECK(run.left_out.empty());
}

TEST_CASE("S45: a whole reply follows the same rules") {
  const auto read = [](const json& reply) {
    return translate::FromResponses(reply.is_string() ? reply.get<std::string>() : reply.dump(), {},
                                    Context());
  };
  const auto whole =
      read(Response({Reasoning("rs_1", "hm"), Message("Hey"), Call("c1", "{\"a\":1}")}));
  REQUIRE(whole);
  const json body = json::parse(whole->body);
  CHECK(body["content"].size() == 3);
  CHECK(body["content"][2]["input"] == json({{"a", 1}}));
  CHECK(body["stop_reason"] == "tool_use");
  CHECK(body["usage"]["cache_read_input_tokens"] == 60);
  CHECK(whole->model == "gpt-x");

  json failed = Response(json::array(), "failed");
  failed["error"] = {{"code", "rate_limit_exceeded"}, {"message", "slow"}};
  const std::vector<json> wrong = {
      failed,
      {{"error", {{"message", "no"}}}},
      json("<html>"),
      json::object(),
      {{"output", json::array()}},
      Response(json::array(), "in_progress"),
      Response({{{"type", "function_call"}, {"call_id", "c"}, {"arguments", "{}"}}}),
  };
  for (const json& one : wrong) {
    INFO(one.dump());
    const auto reply = read(one);
    REQUIRE_FALSE(reply);
    CHECK_FALSE(reply.error().message.empty());
  }
  CHECK(read(failed).error().failure == translate::Failure::kRateLimit);
}

}  // namespace
}  // namespace katra::testing
