// However a gzip stream is cut into reads, it inflates to the same bytes or fails, never to more
// than its limits; and what zlib has made is read back whole.
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "core/http/gzip.h"

namespace katra::testing {
namespace {

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::abort();
}

http::InflateLimits SmallLimits() {
  http::InflateLimits limits;
  limits.max_bytes = 64 * 1024;
  limits.max_ratio = 50;
  limits.free_bytes = 4 * 1024;
  return limits;
}

// "failed", or "whole " or "cut " and what came out.
std::string Inflate(std::string_view bytes, size_t step, const http::InflateLimits& limits) {
  http::Inflater inflater(limits);
  std::string out;
  for (size_t at = 0; at < bytes.size(); at += step) {
    const size_t had = std::min(bytes.size(), at + step);
    const bool fine = inflater.Feed(bytes.substr(at, step), &out).has_value();
    Require(inflater.bytes() == out.size(), "what came out is counted");
    Require(out.size() <= limits.max_bytes + 1, "no more than the limit and the byte that tells");
    Require(out.size() <= std::max(limits.free_bytes, had * limits.max_ratio) + 1,
            "no more than the ratio allows");
    if (!fine) return "failed";
  }
  return (inflater.Finish() ? "whole " : "cut ") + out;
}

std::string Deflate(const std::string& text) {
  z_stream z{};
  Require(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK, "zlib is there");
  std::string out(deflateBound(&z, text.size()) + 32, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  Require(deflate(&z, Z_FINISH) == Z_STREAM_END, "a text is deflated");
  out.resize(out.size() - z.avail_out);
  deflateEnd(&z);
  return out;
}

}  // namespace
}  // namespace katra::testing

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace test = katra::testing;
  const std::string bytes(data, data + size);
  const auto limits = test::SmallLimits();
  // With the ratio out of the way a split changes nothing; with it, an early piece may be refused
  // for what a later one would have paid for.
  auto free = limits;
  free.free_bytes = free.max_bytes;
  const size_t all = std::max<size_t>(1, size);
  const std::string whole = test::Inflate(bytes, all, free);
  for (const size_t step : {size_t{1}, size_t{7}, size_t{64}}) {
    test::Require(test::Inflate(bytes, step, free) == whole, "the cuts change nothing");
    static_cast<void>(test::Inflate(bytes, step, limits));
  }
  if (size <= limits.max_bytes) {
    const std::string made = test::Deflate(bytes);
    for (const size_t step : {size_t{3}, made.size()}) {
      test::Require(test::Inflate(made, step, free) == "whole " + bytes, "a text comes back");
    }
  }
  return 0;
}
