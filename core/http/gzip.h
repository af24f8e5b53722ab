// gzip, for request bodies: inflated as they come in, so that neither memory nor time grows beyond
// what is kept. Knows nothing of HTTP.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"

namespace katra::http {

struct InflateLimits {
  size_t max_bytes = size_t{64} << 20U;  // inflated
  // Beyond `free_bytes` no more than so many bytes for each one that came: text has a tenth of it.
  size_t max_ratio = 100;
  size_t free_bytes = size_t{1} << 20U;
};

// One gzip stream in pieces.
class Inflater {
 public:
  explicit Inflater(InflateLimits limits);
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Appends what `gzipped` holds to `out`. kInvalidArgument: not gzip, or something follows it.
  // kResourceExhausted: a limit was passed. After an error nothing more may be fed.
  [[nodiscard]] Status Feed(std::string_view gzipped, std::string* out);
  // At the end: kInvalidArgument when it was cut short.
  [[nodiscard]] Status Finish() const;

  // Inflated so far.
  [[nodiscard]] size_t bytes() const { return out_bytes_; }

 private:
  struct Stream;

  InflateLimits limits_;
  std::unique_ptr<Stream> stream_;
  size_t in_bytes_ = 0;
  size_t out_bytes_ = 0;
  bool ended_ = false;
};

}  // namespace katra::http
