// However a stream is cut into reads, the framer gives the same lines, in bounded memory, and every
// line parses into messages that can be answered.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "mcp_server/rpc/line_framer.h"
#include "mcp_server/rpc/message.h"

namespace katra::testing {
namespace {

constexpr size_t kLimit = 200;  // small, so that inputs pass it

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::abort();
}

struct Seen {
  std::string text;
  bool too_long = false;
  bool operator==(const Seen& other) const {
    return text == other.text && too_long == other.too_long;
  }
};

void Drain(mcp::LineFramer* framer, std::vector<Seen>* lines) {
  while (const auto line = framer->Next()) {
    Require(line->text.size() <= kLimit, "a line keeps to the limit");
    Require(!line->too_long || line->text.empty(), "a line that is too long is empty");
    Require(line->text.find('\n') == std::string_view::npos, "a line has no newline");
    lines->push_back({std::string(line->text), line->too_long});
  }
}

// `step`: bytes of each read.
std::vector<Seen> Lines(const std::string& stream, size_t step) {
  mcp::LineFramer framer(kLimit);
  std::vector<Seen> lines;
  for (size_t at = 0; at < stream.size(); at += step) {
    framer.Feed(std::string_view(stream).substr(at, step));
    Drain(&framer, &lines);
  }
  framer.Finish();
  Drain(&framer, &lines);
  return lines;
}

void CheckLine(const std::string& line) {
  const mcp::ParsedLine parsed = mcp::ParseLine(line);
  Require(parsed.batch || parsed.messages.size() == 1, "a line is one message");
  Require(parsed.messages.size() <= mcp::kMaxBatchMessages, "a batch keeps to its limit");
  for (const mcp::Message& message : parsed.messages) {
    if (message.kind == mcp::MessageKind::kInvalid) {
      Require(message.error_code < 0 && !message.error.empty(), "what is wrong is said");
      const std::string answer = mcp::ErrorLine(message.id, message.error_code, message.error);
      Require(answer.find('\n') == std::string::npos, "an answer is one line");
      Require(nlohmann::json::accept(answer), "an answer is JSON");
      continue;
    }
    Require(message.params != nullptr, "params are never null");
    if (message.kind != mcp::MessageKind::kRequest) continue;
    const auto again = mcp::RequestId::FromJson(message.id.ToJson());
    Require(again && again->Key() == message.id.Key(), "an id comes back as it was");
    const std::string answer = mcp::ResultLine(message.id, *message.params);
    Require(answer.find('\n') == std::string::npos, "a result is one line");
    Require(nlohmann::json::accept(answer), "a result is JSON");
  }
}

}  // namespace
}  // namespace katra::testing

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace test = katra::testing;
  const std::string stream(data, data + size);
  const std::vector<test::Seen> whole = test::Lines(stream, std::max<size_t>(1, size));
  for (const size_t step : {size_t{1}, size_t{7}, size_t{64}}) {
    test::Require(test::Lines(stream, step) == whole, "the cuts of the reads change nothing");
  }
  for (const test::Seen& line : whole) {
    if (!line.too_long) test::CheckLine(line.text);
  }
  test::CheckLine(stream);
  return 0;
}
