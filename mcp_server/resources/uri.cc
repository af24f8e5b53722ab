#include "mcp_server/resources/uri.h"

#include <charconv>

#include "core/text.h"

namespace katra::mcp {
namespace {

constexpr std::string_view kRoomsPrefix = "katra://rooms/";
constexpr std::string_view kMessagesSuffix = "/messages";
constexpr std::string_view kMemoriesPrefix = "katra://memories/";
constexpr size_t kLongestUri = 512;

// "" when an escape is broken.
std::string PercentDecode(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded.push_back(text[i]);
      continue;
    }
    unsigned value = 0;
    if (i + 2 >= text.size()) return {};
    const char* const end = text.data() + i + 3;
    const auto [stop, error] = std::from_chars(text.data() + i + 1, end, value, 16);
    if (error != std::errc() || stop != end) return {};
    decoded.push_back(static_cast<char>(value));
    i += 2;
  }
  return decoded;
}

}  // namespace

std::optional<ResourceUri> ParseResourceUri(std::string_view uri) {
  ResourceUri parsed;
  if (uri.size() > kLongestUri) return std::nullopt;
  if (uri == kRoomsUri) return parsed;
  if (uri == kPersonasUri) {
    parsed.kind = ResourceKind::kPersonas;
    return parsed;
  }
  if (uri.starts_with(kRoomsPrefix) && uri.ends_with(kMessagesSuffix) &&
      uri.size() > kRoomsPrefix.size() + kMessagesSuffix.size()) {
    uri.remove_prefix(kRoomsPrefix.size());
    uri.remove_suffix(kMessagesSuffix.size());
    parsed.kind = ResourceKind::kRoomMessages;
    parsed.room = PercentDecode(uri);
    if (!IsName(parsed.room)) return std::nullopt;
    return parsed;
  }
  if (uri.starts_with(kMemoriesPrefix)) {
    uri.remove_prefix(kMemoriesPrefix.size());
    parsed.kind = ResourceKind::kMemory;
    const char* const end = uri.data() + uri.size();
    const auto [stop, error] = std::from_chars(uri.data(), end, parsed.memory);
    if (error != std::errc() || stop != end || parsed.memory < 1) return std::nullopt;
    return parsed;
  }
  return std::nullopt;
}

std::string RoomMessagesUri(std::string_view room) {
  return std::string(kRoomsPrefix) + std::string(room) + std::string(kMessagesSuffix);
}

std::string MemoryUri(store::MemoryId memory) {
  return std::string(kMemoriesPrefix) + std::to_string(memory);
}

}  // namespace katra::mcp
