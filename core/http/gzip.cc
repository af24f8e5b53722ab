#include "core/http/gzip.h"

#include <zlib.h>

#include <algorithm>

namespace katra::http {
namespace {

constexpr int kGzipWindow = 15 + 16;
constexpr size_t kStepBytes = 256 * 1024;

tl::unexpected<Error> NotGzip() {
  return Fail(ErrorCode::kInvalidArgument,
              "the body is not one whole gzip stream, as content-encoding says");
}

}  // namespace

struct Inflater::Stream {
  Stream() { ready = inflateInit2(&z, kGzipWindow) == Z_OK; }
  ~Stream() {
    if (ready) inflateEnd(&z);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  z_stream z{};
  bool ready = false;
};

Inflater::Inflater(InflateLimits limits) : limits_(limits), stream_(std::make_unique<Stream>()) {}
Inflater::~Inflater() = default;

Status Inflater::Feed(std::string_view gzipped, std::string* out) {
  if (!stream_->ready) return Fail(ErrorCode::kResourceExhausted, "no memory to inflate");
  if (gzipped.empty()) return {};
  if (ended_) return NotGzip();
  in_bytes_ += gzipped.size();
  const size_t by_ratio = std::max(limits_.free_bytes, in_bytes_ * limits_.max_ratio);
  const size_t most = std::min(limits_.max_bytes, by_ratio);
  z_stream& z = stream_->z;
  // zlib only reads from it; its interface predates const.
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(gzipped.data()));
  z.avail_in = static_cast<uInt>(gzipped.size());
  while (true) {
    const size_t had = out->size();
    // One byte over the limit, so that exceeding it is noticed.
    const size_t step = std::min(kStepBytes, most - out_bytes_ + 1);
    out->resize(had + step);
    z.next_out = reinterpret_cast<Bytef*>(out->data() + had);
    z.avail_out = static_cast<uInt>(step);
    const int status = inflate(&z, Z_NO_FLUSH);
    const size_t made = step - z.avail_out;
    out->resize(had + made);
    out_bytes_ += made;
    if (out_bytes_ > most) {
      return Fail(ErrorCode::kResourceExhausted,
                  most < limits_.max_bytes ? "the gzipped body inflates to more than " +
                                                 std::to_string(limits_.max_ratio) +
                                                 " times its size: send it without content-encoding"
                                           : "the inflated body is longer than the limit of " +
                                                 std::to_string(limits_.max_bytes) + " bytes");
    }
    if (status == Z_STREAM_END) {
      ended_ = true;
      return z.avail_in == 0 ? Status() : NotGzip();
    }
    if (status == Z_BUF_ERROR || (status == Z_OK && z.avail_in == 0 && z.avail_out != 0)) return {};
    if (status != Z_OK) return NotGzip();
  }
}

Status Inflater::Finish() const {
  if (ended_) return {};
  return NotGzip();
}

}  // namespace katra::http
