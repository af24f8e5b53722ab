// Whatever bytes come, the translators end, their output is JSON or events in order, and a stream
// gives the same events however it is split.
//
// An input: three bytes (the translator, its choices, where a stream is split), then the text.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/json_view.h"
#include "router/translate/errors.h"
#include "router/translate/from_chat/reply.h"
#include "router/translate/from_chat/stream.h"
#include "router/translate/from_responses/reply.h"
#include "router/translate/from_responses/stream.h"
#include "router/translate/messages/splice.h"
#include "router/translate/messages/usage_tap.h"
#include "router/translate/openai_clients/openai_client.h"
#include "router/translate/request.h"

namespace katra::testing {
namespace {

using namespace katra::router::translate;  // NOLINT(google-build-using-namespace): a test of all of
                                           // it

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::abort();
}

bool IsJson(std::string_view text) {
  JsonDocument document;
  return document.Parse(text).has_value();
}

void Request(std::string_view text, uint8_t choice) {
  Target target;
  target.provider = "test";
  target.model = "gpt-5";
  target.request_id = "req";
  target.quirks.schema_dialect =
      (choice & 1U) != 0 ? router::SchemaDialect::kGemini : router::SchemaDialect::kFull;
  target.quirks.reasoning_history = static_cast<router::ReasoningHistory>((choice >> 1U) % 4);
  target.quirks.inline_system = (choice & 8U) != 0;
  target.quirks.tool_ids =
      (choice & 16U) != 0 ? router::ToolIdForm::kNineAlphanumeric : router::ToolIdForm::kUpTo64;
  target.quirks.pdfs = (choice & 32U) != 0;
  for (const auto translate : {ToChat, ToResponses}) {
    const auto result = translate(text, target);
    if (result) Require(IsJson(result->body), "a translated request is JSON");
    if (!result) Require(!result.error().message.empty(), "an error says what is wrong");
  }
}

// The grammar of a Messages stream, by its event lines alone.
void RequireOrder(std::string_view events, StreamState state) {
  bool started = false;
  bool open = false;
  bool ended = false;
  size_t at = 0;
  while (at < events.size()) {
    const size_t end = events.find("\n\n", at);
    Require(end != std::string_view::npos, "each event ends");
    const std::string_view event = events.substr(at, end - at);
    at = end + 2;
    const size_t line = event.find('\n');
    const std::string_view name = event.substr(7, line - 7);
    Require(IsJson(event.substr(line + 7)), "each event's data is JSON");
    Require(!ended, "nothing after the end");
    if (name == "message_start") {
      Require(!started, "one start");
      started = true;
    } else if (name == "content_block_start") {
      Require(started && !open, "one open block");
      open = true;
    } else if (name == "content_block_delta") {
      Require(open, "a delta is in a block");
    } else if (name == "content_block_stop") {
      Require(open, "a block that ends was open");
      open = false;
    } else if (name == "message_delta") {
      Require(started && !open, "the blocks are closed before the end");
    } else {
      Require(name == "message_stop" || name == "error", "a known event");
      ended = true;
    }
  }
  Require(ended == (state == StreamState::kDone || state == StreamState::kFailedAfterContent),
          "an end is told exactly when there is one");
}

template <typename Reader>
void Stream(std::string_view text, uint8_t choice, uint8_t split) {
  ReplyContext context;
  context.provider = "test";
  context.model = "m";
  context.request_id = "req";
  context.think_tags = (choice & 1U) != 0;
  if ((choice & 2U) != 0) context.emulated_stops = {"END", "x"};
  context.reasoning_history = static_cast<router::ReasoningHistory>((choice >> 2U) % 4);
  context.carries_reasoning = (choice & 16U) != 0;
  const size_t cut = text.empty() ? 0 : split % text.size();
  std::string whole;
  Reader one(context);
  one.Feed(text, &whole);
  one.Finish(false, &whole);
  std::string parts;
  Reader two(context);
  two.Feed(text.substr(0, cut), &parts);
  for (const char& c : text.substr(cut)) two.Feed(std::string_view(&c, 1), &parts);
  two.Finish(false, &parts);
  Require(whole == parts && one.state() == two.state(), "a split changes nothing");
  Require(one.state() != StreamState::kOpen, "a stream ends");
  RequireOrder(whole, one.state());
}

void Fronts(std::string_view text, uint8_t split) {
  for (const OpenAiClientFormat format :
       {OpenAiClientFormat::kChat, OpenAiClientFormat::kResponses}) {
    const auto request = ReadOpenAiClientRequest(format, text);
    if (request) Require(IsJson(request->messages_body), "a front's request is JSON");
    OpenAiClientRequest made;
    made.format = format;
    const OpenAiClientIdentity identity{"req", 1};
    const auto reply = WriteOpenAiClientReply(made, text, identity);
    if (reply) Require(IsJson(*reply), "a front's reply is JSON");
    const size_t cut = text.empty() ? 0 : split % text.size();
    std::string whole;
    std::string parts;
    auto one = MakeOpenAiClientStream(made, identity);
    one->Feed(text, &whole);
    one->Finish(&whole);
    auto two = MakeOpenAiClientStream(made, identity);
    two->Feed(text.substr(0, cut), &parts);
    two->Feed(text.substr(cut), &parts);
    two->Finish(&parts);
    Require(whole == parts, "a split changes nothing of a front's stream");
  }
}

void ForwardInSameFormat(std::string_view text) {
  const auto peek = PeekRequest(text);
  if (peek) {
    Changes changes;
    changes.model = "m\"x";
    const std::string spliced = SpliceRequest(text, *peek, changes);
    Require(!IsJson(text) || IsJson(spliced), "a splice keeps JSON what it is");
  }
  const auto cleaned = RemoveForeignThinking(text, ForeignThinking::kAll);
  if (cleaned) Require(IsJson(cleaned->body), "a cleaned body is JSON");
  UsageTap tap;
  tap.Feed(text);
  static_cast<void>(TapReply(text));
}

void Errors(std::string_view text) {
  const ApiError error = FromUpstream(200 + static_cast<int>(text.size() % 400), {}, text, "p");
  Require(IsJson(MessagesErrorBody(error, "r")), "an error is JSON");
  Require(IsJson(OpenAiErrorBody(error)), "an error is JSON");
  for (const auto read : {ToMessages, FromResponses}) {
    const auto reply = read(text, {}, ReplyContext());
    if (reply) Require(IsJson(reply->body), "a reply is JSON");
  }
}

}  // namespace
}  // namespace katra::testing

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace katra::testing;  // NOLINT(google-build-using-namespace)
  if (size < 3) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 3, size - 3);
  switch (data[0] % 5) {
    case 0:
      Request(text, data[1]);
      break;
    case 1:
      Stream<ChatStreamReader>(text, data[1], data[2]);
      Stream<ResponsesStreamReader>(text, data[1], data[2]);
      break;
    case 2:
      Fronts(text, data[2]);
      break;
    case 3:
      ForwardInSameFormat(text);
      break;
    default:
      Errors(text);
      break;
  }
  return 0;
}
