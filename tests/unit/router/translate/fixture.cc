#include "tests/unit/router/translate/fixture.h"

#include <algorithm>

#include "tests/support/cpp/catch.h"

namespace katra::testing {

using nlohmann::json;
using translate::ChatStreamReader;
using translate::StreamState;

std::string Chunk(const std::string& delta, const std::string& finish, const std::string& extra) {
  const std::string reason = finish.empty() ? "null" : "\"" + finish + "\"";
  return R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"up-1",)"
         R"("choices":[{"index":0,"delta":)" +
         delta + R"(,"finish_reason":)" + reason + "}]" + extra + "}\n\n";
}

std::string Done() { return "data: [DONE]\n\n"; }

translate::ReplyContext PlainContext() {
  translate::ReplyContext context;
  context.provider = "test";
  context.model = "model-1";
  context.request_id = "req_1";
  context.input_estimate_tokens = 123;
  return context;
}

std::vector<json> ParseEvents(const std::string& sse) {
  std::vector<json> events;
  size_t at = 0;
  while (at < sse.size()) {
    const size_t end = sse.find("\n\n", at);
    REQUIRE(end != std::string::npos);
    const std::string event = sse.substr(at, end - at);
    at = end + 2;
    const size_t line = event.find('\n');
    REQUIRE(event.rfind("event: ", 0) == 0);
    REQUIRE(event.substr(line + 1, 6) == "data: ");
    json data = json::parse(event.substr(line + 7));
    CHECK(data["type"] == event.substr(7, line - 7));  // S1
    events.push_back(std::move(data));
  }
  return events;
}

namespace {

StreamRun Collect(const translate::UpstreamStream& reader, std::string bytes) {
  StreamRun run;
  run.state = reader.state();
  run.events = ParseEvents(bytes);
  run.bytes = std::move(bytes);
  run.error = reader.error();
  run.usage = reader.usage();
  run.stop_reason = reader.stop_reason();
  run.model = reader.model();
  run.notes = reader.notes();
  run.left_out = reader.left_out();
  return run;
}

std::string FeedPieces(const std::vector<std::string_view>& pieces,
                       const translate::ReplyContext& context, bool cut, const MakeStream& make) {
  const auto reader = make(context, {});
  std::string out;
  for (const auto piece : pieces) reader->Feed(piece, &out);
  reader->Finish(cut, &out);
  return out;
}

std::unique_ptr<translate::UpstreamStream> MakeChat(const translate::ReplyContext& context,
                                                    const translate::StreamOptions& options) {
  return std::make_unique<ChatStreamReader>(context, options);
}

}  // namespace

StreamRun FeedAny(const std::string& input, const translate::ReplyContext& context, bool cut,
                  translate::StreamOptions options, const MakeStream& make) {
  const auto reader = make(context, options);
  std::string out;
  reader->Feed(input, &out);
  reader->Finish(cut, &out);
  StreamRun run = Collect(*reader, std::move(out));
  if (!options.message_started) RequireGrammar(run);
  return run;
}

StreamRun Feed(const std::string& input, const translate::ReplyContext& context, bool cut,
               translate::StreamOptions options) {
  return FeedAny(input, context, cut, options, MakeChat);
}

StreamRun FeedEverySplitOfAny(const std::string& input, const translate::ReplyContext& context,
                              bool cut, const MakeStream& make) {
  StreamRun run = FeedAny(input, context, cut, {}, make);
  std::vector<std::string_view> bytes;
  for (size_t i = 0; i < input.size(); ++i) bytes.push_back(std::string_view(input).substr(i, 1));
  CHECK(FeedPieces(bytes, context, cut, make) == run.bytes);
  for (size_t i = 1; i < input.size(); ++i) {
    const std::string_view whole = input;
    const std::string out = FeedPieces({whole.substr(0, i), whole.substr(i)}, context, cut, make);
    if (out != run.bytes) {
      INFO("split at byte " << i);
      REQUIRE(out == run.bytes);
    }
  }
  return run;
}

StreamRun FeedEverySplit(const std::string& input, const translate::ReplyContext& context,
                         bool cut) {
  return FeedEverySplitOfAny(input, context, cut, MakeChat);
}

void RequireGrammar(const StreamRun& run) {
  int open = -1;
  int next = 0;
  bool started = false;
  bool delta_seen = false;
  bool stopped = false;
  for (const json& event : run.events) {
    const std::string type = event["type"];
    INFO("event " << event.dump());
    REQUIRE_FALSE(stopped);
    if (type == "error") {
      stopped = true;
      continue;
    }
    if (type == "message_start") {
      REQUIRE_FALSE(started);
      started = true;
      continue;
    }
    REQUIRE(started);
    if (type == "content_block_start") {
      REQUIRE(open == -1);
      REQUIRE(event["index"] == next);
      open = next++;
    } else if (type == "content_block_delta") {
      REQUIRE(event["index"] == open);
      for (const char* key : {"text", "thinking", "partial_json"}) {
        if (event["delta"].contains(key)) REQUIRE_FALSE(event["delta"][key] == "");  // S12
      }
    } else if (type == "content_block_stop") {
      REQUIRE(event["index"] == open);
      open = -1;
    } else if (type == "message_delta") {
      REQUIRE(open == -1);
      REQUIRE_FALSE(delta_seen);
      delta_seen = true;
    } else if (type == "message_stop") {
      REQUIRE(delta_seen);
      stopped = true;
    } else {
      FAIL("unexpected event " + type);
    }
  }
  CHECK((run.state == StreamState::kDone) == (run.Count("message_stop") == 1));
  CHECK((run.state == StreamState::kFailedAfterContent) == (run.Count("error") == 1));
}

json StreamRun::Blocks() const {
  json blocks = json::array();
  std::map<int, std::string> inputs;
  for (const json& event : events) {
    if (event["type"] == "content_block_start") blocks.push_back(event["content_block"]);
    if (event["type"] != "content_block_delta") continue;
    json& block = blocks.back();
    const json& delta = event["delta"];
    if (delta["type"] == "text_delta") {
      block["text"] = block["text"].get<std::string>() + delta["text"].get<std::string>();
    } else if (delta["type"] == "thinking_delta") {
      block["thinking"] =
          block["thinking"].get<std::string>() + delta["thinking"].get<std::string>();
    } else if (delta["type"] == "signature_delta") {
      block["signature"] = delta["signature"];
    } else {
      std::string& input = inputs[event["index"]];
      input += delta["partial_json"].get<std::string>();
      block["input"] = json::parse(input, nullptr, false);
      if (block["input"].is_discarded()) block["input"] = input;
    }
  }
  return blocks;
}

std::vector<std::string> StreamRun::Types() const {
  std::vector<std::string> types;
  for (const json& event : events) types.push_back(event["type"]);
  return types;
}

json StreamRun::Event(const std::string& type) const {
  const auto found = std::find_if(events.begin(), events.end(),
                                  [&](const json& event) { return event["type"] == type; });
  return found == events.end() ? json() : *found;
}

size_t StreamRun::Count(const std::string& type) const {
  return static_cast<size_t>(std::count_if(
      events.begin(), events.end(), [&](const json& event) { return event["type"] == type; }));
}

translate::Target PlainTarget() {
  translate::Target target;
  target.provider = "test";
  target.model = "model-1";
  target.request_id = "req_1";
  return target;
}

Translated Translate(const json& request, const translate::Target& target) {
  auto result = translate::ToChat(request.dump(), target);
  if (!result) FAIL(result.error().message);
  json body = json::parse(result->body);
  return {std::move(body), *std::move(result)};
}

}  // namespace katra::testing
