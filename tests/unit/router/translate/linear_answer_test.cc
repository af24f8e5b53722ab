// An answer of many small pieces must not hold the loop either: each piece is looked at a bounded
// number of times, however many came before it. Requests: translate_linear_test.cc.
#include "router/translate/from_chat/reply.h"
#include "router/translate/from_chat/stream.h"
#include "router/translate/messages/usage_tap.h"
#include "router/translate/openai_clients/openai_client.h"
#include "router/translate/reasoning_store.h"
#include "router/translate/sse_parser.h"
#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/linear.h"
#include "tests/unit/router/translate/fixture.h"

namespace katra::testing {
namespace {

using translate::ChatStreamReader;

std::string Repeat(size_t count, const std::function<std::string(size_t)>& part) {
  std::string all;
  for (size_t i = 0; i < count; ++i) all += part(i);
  return all;
}

std::string CallDelta(const std::string& members) {
  return Chunk(R"({"tool_calls":[{)" + members + "}]}");
}

class CountingStore final : public translate::ReasoningStore {
 public:
  void Put(std::string_view, std::string_view kept) override { bytes += kept.size(); }
  std::optional<std::string> Get(std::string_view) override { return std::nullopt; }
  size_t bytes = 0;
};

std::vector<Shape> ChatStreams() {
  return {
      {"calls by index", 1000,
       [](size_t n) {
         return Repeat(n, [](size_t i) {
           return CallDelta("\"index\":" + N(i) + R"(,"id":"t)" + N(i) +
                            R"(","function":{"name":"f","arguments":"{}"})");
         });
       }},
      {"calls by id", 1000,
       [](size_t n) {
         return Repeat(n, [](size_t i) {
           return CallDelta(R"("id":"t)" + N(i) + R"(","function":{"name":"f","arguments":"{}"})");
         });
       }},
      {"calls of one name without a mark", 1000,
       [](size_t n) {
         return Repeat(n, [](size_t) {
           return CallDelta(R"("function":{"name":"f","arguments":"{\"a\":1}"})");
         });
       }},
      {"calls between texts", 1000,
       [](size_t n) {
         return Repeat(n, [](size_t i) {
           return CallDelta("\"index\":" + N(i) + R"(,"id":"t)" + N(i) +
                            R"(","function":{"name":"f","arguments":"{}"})") +
                  Chunk(R"({"content":"x"})");
         });
       }},
      {"arguments in pieces", 3000,
       [](size_t n) {
         return CallDelta(R"("index":0,"id":"t","function":{"name":"f","arguments":"{\"a\":\""})") +
                Repeat(n, [](size_t) {
                  return CallDelta(R"("index":0,"function":{"arguments":"x"})");
                });
       }},
      {"arguments in pieces that repeat the name", 3000,
       [](size_t n) {
         return CallDelta(R"("function":{"name":"f","arguments":"{\"a\":\""})") +
                Repeat(n, [](size_t) {
                  return CallDelta(R"("function":{"name":"f","arguments":"}}}}}}}}}}}}}}}}"})");
                });
       }},
      {"blank arguments", 3000,
       [](size_t n) {
         return Repeat(n, [](size_t) {
           return CallDelta(R"("index":0,"id":"t","function":{"name":"f","arguments":"      "})");
         });
       }},
      {"calls with signatures", 500,
       [](size_t n) {
         return Repeat(n, [](size_t i) {
           return CallDelta("\"index\":" + N(i) + R"(,"id":"t)" + N(i) +
                            R"(","function":{"name":"f","arguments":"{}"},)" +
                            R"("extra_content":{"google":{"thought_signature":"SIG"}})");
         });
       }},
      {"citations", 2000,
       [](size_t n) {
         return Repeat(n, [](size_t i) {
           return Chunk(R"({"content":"x"})", "", R"(,"citations":["u)" + N(i % 1000) + "\"]");
         });
       }},
      {"lines that end with carriage returns", 2000,
       [](size_t n) {
         std::string all = Repeat(n, [](size_t) { return Chunk(R"({"content":"x"})"); });
         std::replace(all.begin(), all.end(), '\n', '\r');
         return all;
       }},
      {"events without blank lines", 2000,
       [](size_t n) {
         return Repeat(n, [](size_t) {
           std::string chunk = Chunk(R"({"content":"x"})");
           chunk.pop_back();
           return chunk;
         });
       }},
      {"one line in pieces", 400'000,
       [](size_t n) { return "data: {\"x\":\"" + std::string(n, 'x') + "\"}\n\n"; }},
      {"blank lines", 400'000, [](size_t n) { return std::string(n, '\n'); }},
      {"carriage returns", 400'000, [](size_t n) { return std::string(n, '\r'); }},
  };
}

void FeedInPieces(const std::string& text, const std::function<void(std::string_view)>& feed) {
  constexpr size_t kPiece = 64 * 1024;
  for (size_t at = 0; at < text.size(); at += kPiece) {
    feed(std::string_view(text).substr(at, kPiece));
  }
}

}  // namespace

TEST_CASE("translating a stream takes time by its size alone") {
  for (const Shape& shape : ChatStreams()) {
    RequireLinear(shape, [](const std::string& text) {
      CountingStore store;
      translate::ReplyContext context = PlainContext();
      context.reasoning = &store;
      context.reasoning_history = router::ReasoningHistory::kThoughtSignature;
      context.emulated_stops = {"never said"};
      ChatStreamReader reader(context);
      std::string out;
      FeedInPieces(text, [&](std::string_view piece) {
        out.clear();
        reader.Feed(piece, &out);
      });
      reader.Finish(false, &out);
    });
  }
}

TEST_CASE("translating a whole answer takes time by its size alone") {
  const auto reply = [](const std::string& message) {
    return R"({"id":"c","choices":[{"index":0,"finish_reason":"stop","message":{)" + message +
           "}}]}";
  };
  const Shape shapes[] = {
      {"calls", 2000,
       [=](size_t n) {
         return reply(R"("content":null,"tool_calls":[)" +
                      List(n,
                           [](size_t i) {
                             return R"({"id":"t)" + N(i) +
                                    R"(","function":{"name":"f","arguments":"{}"}})";
                           }) +
                      "]");
       }},
      {"calls without ids", 2000,
       [=](size_t n) {
         return reply(R"("content":null,"tool_calls":[)" +
                      List(n,
                           [](size_t) {
                             return std::string(R"({"function":{"name":"f","arguments":"{}"}})");
                           }) +
                      "]");
       }},
      {"parts", 2000,
       [=](size_t n) {
         return reply("\"content\":[" +
                      List(n, [](size_t) { return std::string(R"({"type":"text","text":"x"})"); }) +
                      "]");
       }},
      {"thoughts between texts with details", 500,
       [=](size_t n) {
         return reply(
             R"("content":[)" +
             List(n,
                  [](size_t) {
                    return std::string(
                        R"({"type":"thinking","thinking":"x"},{"type":"text","text":"x"})");
                  }) +
             "]");
       }},
  };
  for (const Shape& shape : shapes) {
    RequireLinear(shape, [](const std::string& text) {
      translate::ReplyContext context = PlainContext();
      context.reasoning_history = router::ReasoningHistory::kReasoningDetails;
      CHECK(translate::ToMessages(text, {}, context));
    });
  }
}

TEST_CASE("what a reply's calls keep of its reasoning is bounded") {
  CountingStore store;
  translate::ReplyContext context = PlainContext();
  context.reasoning = &store;
  context.reasoning_history = router::ReasoningHistory::kReasoningContent;
  ChatStreamReader reader(context);
  std::string out;
  reader.Feed(Chunk(R"({"reasoning_content":")" + std::string(200'000, 'r') + "\"}"), &out);
  for (size_t i = 0; i < 500; ++i) {
    reader.Feed(CallDelta("\"index\":" + N(i) + R"(,"id":"t)" + N(i) +
                          R"(","function":{"name":"f","arguments":"{}"})"),
                &out);
  }
  reader.Feed(Chunk("{}", "tool_calls") + Done(), &out);
  CHECK(store.bytes > 200'000);
  CHECK(store.bytes < 16'000'000);
}

TEST_CASE("watching a Messages stream takes time by its size alone") {
  const Shape shapes[] = {
      {"pings", 4000,
       [](size_t n) {
         return Repeat(
             n, [](size_t) { return std::string("event: ping\ndata: {\"type\":\"ping\"}\n\n"); });
       }},
      {"one line", 400'000, [](size_t n) { return std::string(n, 'x'); }},
      {"deltas", 4000,
       [](size_t n) {
         return Repeat(n, [](size_t) {
           return std::string(
               "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":"
               "\"text_delta\",\"text\":\"x\"}}\n\n");
         });
       }},
  };
  for (const Shape& shape : shapes) {
    RequireLinear(shape, [](const std::string& text) {
      translate::UsageTap tap;
      FeedInPieces(text, [&](std::string_view piece) { tap.Feed(piece); });
      for (const auto format :
           {translate::OpenAiClientFormat::kChat, translate::OpenAiClientFormat::kResponses}) {
        translate::OpenAiClientRequest request;
        request.format = format;
        const auto front = translate::MakeOpenAiClientStream(request, {"r", 1});
        std::string out;
        FeedInPieces(text, [&](std::string_view piece) {
          out.clear();
          front->Feed(piece, &out);
        });
      }
    });
  }
}

}  // namespace katra::testing
