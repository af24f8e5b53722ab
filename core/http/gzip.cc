#include "core/http/gzip.h"

#include <zlib.h>

#include <algorithm>

namespace katra::http {
namespace {

constexpr int kGzipWindow = 15 + 16;
constexpr size_t kStepBytes = 256 * 1024;

class Inflater {
 public:
  Inflater() { ready_ = inflateInit2(&stream_, kGzipWindow) == Z_OK; }
  ~Inflater() {
    if (ready_) inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  [[nodiscard]] bool ready() const { return ready_; }
  z_stream& stream() { return stream_; }

 private:
  z_stream stream_{};
  bool ready_ = false;
};

}  // namespace

Result<std::string> Inflate(std::string_view gzipped, size_t max_bytes) {
  Inflater inflater;
  if (!inflater.ready()) return Fail(ErrorCode::kResourceExhausted, "no memory to inflate");
  z_stream& stream = inflater.stream();
  // zlib reads only; its interface predates const.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(gzipped.data()));
  stream.avail_in = static_cast<uInt>(gzipped.size());
  std::string out;
  while (true) {
    const size_t had = out.size();
    if (had >= max_bytes + 1) {
      return Fail(ErrorCode::kResourceExhausted, "the inflated body is longer than the limit of " +
                                                     std::to_string(max_bytes) + " bytes");
    }
    const size_t step = std::min(std::max(kStepBytes, had), max_bytes + 1 - had);
    out.resize(had + step);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + had);
    stream.avail_out = static_cast<uInt>(step);
    const int status = inflate(&stream, Z_NO_FLUSH);
    out.resize(had + step - stream.avail_out);
    if (status == Z_STREAM_END && stream.avail_in == 0 && out.size() <= max_bytes) return out;
    if (status != Z_OK || (stream.avail_in == 0 && stream.avail_out != 0)) {
      if (out.size() > max_bytes) continue;
      return Fail(ErrorCode::kInvalidArgument,
                  "the body is not one whole gzip stream, as content-encoding says");
    }
  }
}

}  // namespace katra::http
