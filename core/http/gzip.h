// Incremental gzip decompression of request bodies, with limits on size and ratio. Knows nothing
// about HTTP.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"

namespace katra::http {

struct InflateLimits {
  size_t max_bytes = size_t{64} << 20U;  // inflated
  // Beyond `free_bytes` of output, the largest ratio of output to input. Text compresses to about a
  // tenth.
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

  // Decompresses `gzipped` and appends it to `out`. kInvalidArgument: not gzip, or data after its
  // end. kResourceExhausted: over a limit. Feed nothing after an error.
  [[nodiscard]] Status Feed(std::string_view gzipped, std::string* out);
  // To be called at the end of the input. kInvalidArgument: the stream is truncated.
  [[nodiscard]] Status Finish() const;

  // Bytes of output so far.
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
