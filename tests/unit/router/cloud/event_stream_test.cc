// AWS's binary event streams at every split, with every cut and every damaged byte.
#include "router/cloud/event_stream.h"

#include <map>
#include <vector>

#include "router/cloud/bedrock_stream.h"
#include "tests/support/cpp/catch.h"
#include "tests/unit/router/cloud/eventstream_bytes.h"

using katra::router::cloud::BedrockErrorType;
using katra::router::cloud::BedrockStatus;
using katra::router::cloud::BedrockStream;
using katra::router::cloud::EventMessage;
using katra::router::cloud::EventStreamDecoder;
using katra::testing::AnswerEvents;
using katra::testing::ChunkBytes;
using katra::testing::EventBytes;
using katra::testing::ExceptionBytes;
using katra::testing::Resealed;

namespace {

constexpr size_t kMost = size_t{1} << 20U;

struct Read {
  std::string text;
  bool damaged = false;
  bool within = false;
};

Read Decode(std::string_view bytes, size_t step) {
  BedrockStream stream(kMost);
  Read read;
  for (size_t at = 0; at < bytes.size(); at += step) {
    if (!stream.Feed(bytes.substr(at, step), &read.text)) read.damaged = true;
  }
  read.within = stream.within_event();
  return read;
}

std::string Answer() {
  std::string bytes;
  for (const std::string& event : AnswerEvents()) bytes += ChunkBytes(event);
  return bytes;
}

std::string AnswerAsSse() {
  std::string text;
  const std::vector<std::string> events = AnswerEvents();
  const std::vector<std::string> names = {"message_start",       "content_block_start",
                                          "content_block_delta", "content_block_stop",
                                          "message_delta",       "message_stop"};
  for (size_t i = 0; i < names.size(); ++i) {
    text += "event: " + names[i] + "\ndata: " + events[i] + "\n\n";
  }
  return text;
}

}  // namespace

TEST_CASE("a Bedrock answer is the same events at every split") {
  const std::string bytes = Answer();
  for (size_t step = 1; step <= bytes.size(); ++step) {
    const Read read = Decode(bytes, step);
    REQUIRE(read.text == AnswerAsSse());
    REQUIRE_FALSE(read.damaged);
    REQUIRE_FALSE(read.within);
  }
}

TEST_CASE("a Bedrock answer that is cut anywhere is known to be cut") {
  const std::string bytes = Answer();
  std::vector<size_t> ends = {0};
  for (const std::string& event : AnswerEvents()) {
    ends.push_back(ends.back() + ChunkBytes(event).size());
  }
  size_t whole = 0;
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    if (cut == ends[whole + 1]) ++whole;
    const Read read = Decode(std::string_view(bytes).substr(0, cut), 7);
    REQUIRE_FALSE(read.damaged);
    REQUIRE(read.within == (cut != ends[whole]));
    REQUIRE(read.text.find("message_stop") == std::string::npos);
    REQUIRE(AnswerAsSse().rfind(read.text, 0) == 0);  // nothing but whole events, in order
  }
}

TEST_CASE("one flipped bit of a Bedrock answer is never taken for an answer") {
  const std::string bytes = Answer();
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string flipped = bytes;
      flipped[at] = static_cast<char>(static_cast<unsigned char>(flipped[at]) ^ (1U << bit));
      const Read read = Decode(flipped, 61);
      REQUIRE(read.damaged);
      REQUIRE(read.text.find("message_stop") == std::string::npos);
      REQUIRE(AnswerAsSse().rfind(read.text, 0) == 0);
    }
  }
}

TEST_CASE("nothing follows an intact event that cannot be read, at every split") {
  const std::vector<std::string> events = AnswerEvents();
  const std::vector<std::string> unreadable = {
      EventBytes({{":message-type", "event"}, {":event-type", "chunk"}}, R"({"bytes":"!"})"),
      EventBytes({{":message-type", "event"}, {":event-type", "chunk"}}, R"({"bytes":7})"),
      EventBytes({{":message-type", "event"}, {":event-type", "chunk"}}, "no JSON"),
      EventBytes({{":message-type", "odd"}, {":event-type", "chunk"}}, "{}"),
      EventBytes({}, "{}"),
      ChunkBytes(R"({"type":"two words"})"),
      ChunkBytes("{}"),
  };
  for (const std::string& middle : unreadable) {
    const std::string bytes = ChunkBytes(events.front()) + middle + ChunkBytes(events.back());
    for (size_t step = 1; step <= bytes.size(); ++step) {
      const Read read = Decode(bytes, step);
      REQUIRE(read.damaged);
      REQUIRE_FALSE(read.within);
      REQUIRE(read.text == "event: message_start\ndata: " + events.front() + "\n\n");
    }
  }
}

TEST_CASE("lengths that cannot be are damage, whatever their checksum says") {
  const std::string good = ChunkBytes(AnswerEvents().back());
  const auto with = [&](uint32_t total, uint32_t headers) {
    std::string bytes = good;
    for (unsigned i = 0; i < 4; ++i) {
      bytes[i] = static_cast<char>((total >> (24 - 8 * i)) & 0xFFU);
      bytes[4 + i] = static_cast<char>((headers >> (24 - 8 * i)) & 0xFFU);
    }
    return Resealed(bytes);
  };
  const auto size = static_cast<uint32_t>(good.size());
  CHECK(Decode(with(0, 0), 64).damaged);
  CHECK(Decode(with(15, 0), 64).damaged);
  CHECK(Decode(with(size, size - 15), 64).damaged);
  CHECK(Decode(with(size, 0xFFFFFFFFU), 64).damaged);
  CHECK(Decode(with(0xFFFFFFFFU, 100), 64).damaged);
  CHECK(Decode(with(kMost + 1, 100), 64).damaged);
  CHECK(Decode(with(size, 1), 64).damaged);  // a header that ends within its length
}

TEST_CASE("a message is held no longer than its bound") {
  EventStreamDecoder decoder(kMost);
  const auto ignore = [](const EventMessage&) { return true; };
  const std::string most = EventBytes({{":message-type", "event"}}, std::string(kMost - 100, 'x'));
  CHECK(decoder.Feed(most, ignore));
  const std::string more = EventBytes({{":message-type", "event"}}, std::string(kMost, 'x'));
  CHECK_FALSE(decoder.Feed(std::string_view(more).substr(0, 12), ignore));
  CHECK_FALSE(decoder.Feed(most, ignore));  // nothing is trusted after damage
}

TEST_CASE("headers of every type are read, and those that run over are damage") {
  const auto header = [](std::string_view name, char type, std::string_view value) {
    std::string bytes(1, static_cast<char>(name.size()));
    return bytes.append(name).append(1, type).append(value);
  };
  const std::string sixteen(16, 'u');
  const std::string all = header("t", 0, "") + header("f", 1, "") + header("b", 2, "1") +
                          header("s", 3, "12") + header("i", 4, "1234") +
                          header("l", 5, "12345678") + header("y", 6, {"\0\3abc", 5}) +
                          header("m", 8, "12345678") + header("u", 9, sixteen);
  std::string seen;
  EventStreamDecoder decoder(kMost);
  const auto note = [&](const EventMessage& message) {
    seen.append(message.message_type).append("|").append(message.payload);
    return true;
  };
  CHECK(decoder.Feed(EventBytes({{":message-type", "event"}}, "body", all), note));
  CHECK(seen == "event|body");
  const std::vector<std::string> broken = {header("x", 10, ""),
                                           header("", 0, ""),
                                           header("x", 4, "123"),
                                           header("x", 7, {"\0", 1}),
                                           header("x", 7, {"\0\5abc", 5}),
                                           header("x", 9, "short"),
                                           std::string("\x05"
                                                       "abc",
                                                       4),
                                           std::string("\x01"
                                                       "a",
                                                       2)};
  for (const std::string& one : broken) {
    EventStreamDecoder fresh(kMost);
    CHECK_FALSE(fresh.Feed(EventBytes({{":message-type", "event"}}, "", one), note));
  }
  CHECK(seen == "event|body");
}

TEST_CASE("exceptions of Bedrock become error events, and end the stream") {
  const std::map<std::string, std::string> types = {
      {"internalServerException", "api_error"},
      {"modelStreamErrorException", "api_error"},
      {"modelTimeoutException", "timeout_error"},
      {"serviceUnavailableException", "overloaded_error"},
      {"throttlingException", "rate_limit_error"},
      {"ThrottlingException", "rate_limit_error"},
      {"validationException", "invalid_request_error"},
      {"somethingNewException", "api_error"}};
  for (const auto& [exception, type] : types) {
    const std::string bytes =
        ExceptionBytes(exception, R"({"message":"Too \"many\" requests"})") + Answer();
    const Read read = Decode(bytes, 50);
    CHECK(read.text == R"(event: error)"
                       "\n"
                       R"(data: {"type":"error","error":{"type":")" +
                           type + R"(","message":"Too \"many\" requests"}})" + "\n\n");
    CHECK_FALSE(read.damaged);
  }
  const std::string text =
      Decode(ExceptionBytes(
                 "modelStreamErrorException",
                 R"({"message":"it broke","originalMessage":"why","originalStatusCode":500})"),
             9)
          .text;
  CHECK(text.find("it broke: why") != std::string::npos);
  CHECK(Decode(ExceptionBytes("throttlingException", "<html>"), 9)
            .text.find("reported throttlingException") != std::string::npos);
  const std::string error = EventBytes({{":message-type", "error"},
                                        {":error-code", "InternalServerException"},
                                        {":error-message", "oh\nno"}},
                                       "");
  CHECK(Decode(error, 9).text.find(R"("type":"api_error","message":"oh\nno")") !=
        std::string::npos);
}

TEST_CASE("what a chunk holds is one event, or damage") {
  CHECK(Decode(ChunkBytes("{\"type\":\n\r\"ping\"}"), 9).text ==
        "event: ping\ndata: {\"type\":  \"ping\"}\n\n");
  const auto chunk = [](std::string_view payload) {
    return EventBytes({{":event-type", "chunk"}, {":message-type", "event"}}, payload);
  };
  for (const std::string_view bad :
       {"", "{}", "[]", R"({"bytes":1})", R"({"bytes":"!!!!"})", R"({"bytes":"e30"})",
        R"({"bytes":"e30="})", R"({"bytes":""})", R"({"bytes":"eyJ0eXBlIjoieCJ9")"}) {
    CHECK(Decode(chunk(bad), 9).damaged);
  }
  CHECK(Decode(ChunkBytes(R"({"type":"x\ny"})"), 9).damaged);
  CHECK(Decode(ChunkBytes(R"({"type":"ping"}x)"), 9).damaged);
  CHECK(Decode(EventBytes({}, "{}"), 9).damaged);
  // Events that the service may add are no part of the answer.
  const Read read =
      Decode(EventBytes({{":event-type", "initial-response"}, {":message-type", "event"}}, "{}") +
                 Answer(),
             9);
  CHECK(read.text == AnswerAsSse());
}

TEST_CASE("what a refusal of AWS means is told by its exception") {
  CHECK(BedrockStatus(424, "ModelErrorException") == 502);
  CHECK(BedrockStatus(400, "ServiceQuotaExceededException") == 429);
  CHECK(BedrockStatus(429, "ModelNotReadyException") == 529);
  CHECK(BedrockStatus(400, "ThrottlingException:http://internal.amazon.com/coral/") == 429);
  CHECK(BedrockStatus(403, "ExpiredTokenException") == 401);
  CHECK(BedrockStatus(403, "AccessDeniedException") == 403);
  CHECK(BedrockStatus(418, "TeapotException") == 418);
  CHECK(BedrockStatus(200, "ThrottlingException") == 200);
  CHECK(BedrockErrorType("com.amazon#ValidationException") == "invalid_request_error");
}
