#include "router/cloud/event_stream.h"

#include <zlib.h>

#include <array>
#include <optional>

namespace katra::router::cloud {
namespace {

constexpr size_t kPreludeBytes = 12;  // two lengths and their checksum
constexpr size_t kChecksumBytes = 4;
constexpr size_t kLeastBytes = kPreludeBytes + kChecksumBytes;

// Big-endian. `bytes` must be long enough.
uint32_t Number(std::string_view bytes, size_t at, size_t count) {
  uint32_t value = 0;
  for (size_t i = 0; i < count; ++i) {
    value = (value << 8U) | static_cast<unsigned char>(bytes[at + i]);
  }
  return value;
}

uint32_t Checksum(std::string_view bytes) {
  return static_cast<uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()),
                                       static_cast<z_size_t>(bytes.size())));
}

// The types of header values.
constexpr uint8_t kBinary = 6;
constexpr uint8_t kString = 7;
// The sizes of values with a fixed size: true, false, byte, short, integer, long, –, –, timestamp,
// UUID.
constexpr std::array<size_t, 10> kValueBytes = {0, 0, 1, 2, 4, 8, 0, 0, 8, 16};

// Reads headers one by one from the front of `rest`.
class HeaderReader {
 public:
  explicit HeaderReader(std::string_view bytes) : rest_(bytes) {}

  struct Header {
    std::string_view name;
    std::string_view text;  // empty unless it is a string
  };
  [[nodiscard]] bool AtEnd() const { return rest_.empty(); }
  // nullopt: the bytes are not a header.
  [[nodiscard]] std::optional<Header> Next() {
    Header header;
    const auto name_bytes = Size(1);
    if (!name_bytes || *name_bytes == 0) return std::nullopt;
    const auto name = Cut(*name_bytes);
    const auto type = Size(1);
    if (!name || !type || *type >= kValueBytes.size()) return std::nullopt;
    header.name = *name;
    size_t value_bytes = kValueBytes[*type];
    if (*type == kBinary || *type == kString) {
      const auto told = Size(2);
      if (!told) return std::nullopt;
      value_bytes = *told;
    }
    const auto value = Cut(value_bytes);
    if (!value) return std::nullopt;
    if (*type == kString) header.text = *value;
    return header;
  }

 private:
  std::optional<size_t> Size(size_t count) {
    if (rest_.size() < count) return std::nullopt;
    const size_t value = Number(rest_, 0, count);
    rest_.remove_prefix(count);
    return value;
  }
  std::optional<std::string_view> Cut(size_t count) {
    if (rest_.size() < count) return std::nullopt;
    const std::string_view part = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return part;
  }

  std::string_view rest_;
};

void Note(const HeaderReader::Header& header, EventMessage* out) {
  if (header.name == ":message-type") out->message_type = header.text;
  if (header.name == ":event-type") out->event_type = header.text;
  if (header.name == ":exception-type") out->exception_type = header.text;
  if (header.name == ":error-code") out->error_code = header.text;
  if (header.name == ":error-message") out->error_message = header.text;
}

}  // namespace

Status EventStreamDecoder::Damaged(std::string what) {
  damaged_ = std::move(what);
  held_.clear();
  held_.shrink_to_fit();
  return Fail(ErrorCode::kDataLoss, damaged_);
}

Result<size_t> EventStreamDecoder::Length(std::string_view bytes) {
  if (bytes.size() < kPreludeBytes) return 0;
  // Checks the lengths first: they mean nothing until their checksum matches.
  if (Checksum(bytes.substr(0, 8)) != Number(bytes, 8, 4)) {
    return Pass(Damaged("the checksum of an event's lengths is wrong"));
  }
  const size_t total = Number(bytes, 0, 4);
  const size_t headers = Number(bytes, 4, 4);
  if (total < kLeastBytes || headers > total - kLeastBytes || headers > kMaxHeaderBytes) {
    return Pass(Damaged("an event has lengths that cannot be"));
  }
  if (total > max_bytes_) {
    return Pass(Damaged("an event has more than " + std::to_string(max_bytes_) + " bytes"));
  }
  return total;
}

Status EventStreamDecoder::Take(std::string_view message, EventMessage* out) {
  const size_t end = message.size() - kChecksumBytes;
  if (Checksum(message.substr(0, end)) != Number(message, end, 4)) {
    return Damaged("the checksum of an event is wrong");
  }
  const size_t header_bytes = Number(message, 4, 4);
  HeaderReader headers(message.substr(kPreludeBytes, header_bytes));
  while (!headers.AtEnd()) {
    const auto header = headers.Next();
    if (!header) return Damaged("an event has a header that cannot be read");
    Note(*header, out);
  }
  const size_t payload = kPreludeBytes + header_bytes;
  out->payload = message.substr(payload, end - payload);
  return {};
}

Status EventStreamDecoder::Feed(std::string_view bytes,
                                const std::function<bool(const EventMessage&)>& on_message) {
  if (!damaged_.empty()) return Fail(ErrorCode::kDataLoss, damaged_);
  // Complete messages are read in place; only an incomplete one is copied.
  std::string begun = std::move(held_);
  held_.clear();
  std::string_view rest = bytes;
  if (!begun.empty()) {
    begun.append(bytes);
    rest = begun;
  }
  while (!rest.empty()) {
    const auto length = Length(rest);
    if (!length) return Fail(ErrorCode::kDataLoss, damaged_);
    if (*length == 0 || rest.size() < *length) break;
    EventMessage message;
    if (auto taken = Take(rest.substr(0, *length), &message); !taken) return taken;
    rest.remove_prefix(*length);
    if (!on_message(message)) return {};
  }
  if (rest.data() == begun.data() && !begun.empty()) {
    held_ = std::move(begun);  // nothing was consumed, so no copy, however small the pieces
  } else {
    held_.assign(rest);
  }
  return {};
}

}  // namespace katra::router::cloud
