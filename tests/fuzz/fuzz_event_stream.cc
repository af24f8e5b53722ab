// However the bytes of a binary event stream are cut into reads, the same events come out or the
// same damage is told, in bounded memory, and what comes out is whole server-sent events.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "router/cloud/bedrock_stream.h"
#include "router/translate/sse_parser.h"

namespace katra::testing {
namespace {

constexpr size_t kMost = size_t{64} << 10U;

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::abort();
}

struct Seen {
  std::string text;
  std::string damage;
  bool within = false;
  bool operator==(const Seen& other) const {
    return text == other.text && damage == other.damage && within == other.within;
  }
};

Seen Read(std::string_view bytes, size_t step) {
  router::cloud::BedrockStream stream(kMost);
  Seen seen;
  for (size_t at = 0; at < bytes.size(); at += step) {
    const auto fed = stream.Feed(bytes.substr(at, step), &seen.text);
    Require(seen.damage.empty() || !fed, "damage stays damage");
    if (!fed) seen.damage = fed.error().message;
  }
  seen.within = stream.within_event();
  return seen;
}

void CheckEvents(const std::string& text) {
  Require(text.empty() || text.ends_with("\n\n"), "events are whole");
  router::translate::SseParser parser;
  size_t events = 0;
  parser.Feed(text, [&](std::string_view name, std::string_view data) {
    Require(!name.empty() && !data.empty(), "each event has a name and data");
    ++events;
    return true;
  });
  const auto ends = static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  Require(ends == 3 * events, "each event is two lines and a blank one");
}

}  // namespace
}  // namespace katra::testing

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = katra::testing::Read(bytes, std::max<size_t>(size, 1));
  katra::testing::CheckEvents(whole.text);
  for (const size_t step : {size_t{1}, size_t{3}, size_t{13}, size_t{64}}) {
    katra::testing::Require(katra::testing::Read(bytes, step) == whole, "any split, the same");
  }
  return 0;
}
