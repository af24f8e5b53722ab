// Inflating in pieces, and where it stops.
#include "core/http/gzip.h"

#include <zlib.h>

#include "tests/support/cpp/catch.h"

using katra::ErrorCode;
using katra::Status;
using katra::http::InflateLimits;
using katra::http::Inflater;

namespace {

std::string Gzip(const std::string& text) {
  z_stream z{};
  REQUIRE(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&z, text.size()) + 32, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&z, Z_FINISH) == Z_STREAM_END);
  out.resize(out.size() - z.avail_out);
  deflateEnd(&z);
  return out;
}

Status Inflate(const std::string& gzipped, size_t step, InflateLimits limits, std::string* out) {
  Inflater inflater(limits);
  for (size_t at = 0; at < gzipped.size(); at += step) {
    if (auto fed = inflater.Feed(std::string_view(gzipped).substr(at, step), out); !fed) return fed;
  }
  return inflater.Finish();
}

std::string Text(size_t lines) {
  std::string text;
  for (size_t i = 0; i < lines; ++i) text += "line " + std::to_string(i * i) + "\n";
  return text;
}

}  // namespace

TEST_CASE("a gzip stream inflates to the same text however it comes in") {
  const std::string text = Text(5000);
  const std::string gzipped = Gzip(text);
  for (const size_t step : {size_t{1}, size_t{100}, gzipped.size()}) {
    std::string out;
    CHECK(Inflate(gzipped, step, {}, &out));
    CHECK(out == text);
  }
}

TEST_CASE("what is not one whole gzip stream is refused") {
  const std::string gzipped = Gzip("hello");
  for (const std::string& wrong :
       {gzipped.substr(0, gzipped.size() - 1), gzipped + "x", gzipped + gzipped,
        std::string("hello"), std::string("\x1f\x8b")}) {
    for (const size_t step : {size_t{1}, wrong.size()}) {
      std::string out;
      const Status status = Inflate(wrong, step, {}, &out);
      REQUIRE_FALSE(status);
      CHECK(status.error().code == ErrorCode::kInvalidArgument);
    }
  }
}

TEST_CASE("inflating stops at the ratio and at the limit, not after it") {
  InflateLimits limits;
  const std::string blanks = Gzip(std::string(16'000'000, ' '));
  std::string out;
  Status status = Inflate(blanks, 1000, limits, &out);
  REQUIRE_FALSE(status);
  CHECK(status.error().code == ErrorCode::kResourceExhausted);
  CHECK(out.size() <= limits.free_bytes + 1);

  limits.max_bytes = 10'000;
  out.clear();
  status = Inflate(Gzip(Text(5000)), 1 << 20, limits, &out);
  REQUIRE_FALSE(status);
  CHECK(status.error().code == ErrorCode::kResourceExhausted);
  CHECK(out.size() == limits.max_bytes + 1);

  // A short text may be as repetitive as it likes.
  out.clear();
  CHECK(Inflate(Gzip(std::string(1'000'000, ' ')), 1000, {}, &out));
}
