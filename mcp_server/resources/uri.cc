#include "mcp_server/resources/uri.h"

#include <charconv>

#include "core/text.h"

namespace katra::mcp {
namespace {

constexpr std::string_view kRoomsPrefix = "katra://rooms/";
constexpr std::string_view kMessagesSuffix = "/messages";
constexpr std::string_view kMemoriesPrefix = "katra://memories/";
constexpr size_t kLongestUri = 512;

// Returns "" if an escape is malformed.
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

// A non-negative integer.
template <typename Number>
bool ParseWhole(std::string_view text, Number* number) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, *number);
  return error == std::errc() && stop == end && *number >= 0;
}

std::optional<ResourceUri> ParsePath(std::string_view uri) {
  ResourceUri parsed;
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
    if (!ParseWhole(uri, &parsed.memory) || parsed.memory < 1) return std::nullopt;
    return parsed;
  }
  return std::nullopt;
}

// Parses one "name=value" of the query. False: the resource does not support it, or not with this
// value.
bool TakePair(std::string_view pair, ResourceUri* uri) {
  const size_t equals = pair.find('=');
  if (equals == std::string_view::npos) return false;
  const std::string_view name = pair.substr(0, equals);
  const std::string value = PercentDecode(pair.substr(equals + 1));
  if (value.empty()) return false;
  switch (uri->kind) {
    case ResourceKind::kRooms:
    case ResourceKind::kPersonas:
      uri->after = value;
      return name == "after" && IsName(value);
    case ResourceKind::kRoomMessages:
      if (name == "before") return ParseWhole(value, &uri->before) && uri->before > 0;
      uri->since = value;
      return name == "since";
    case ResourceKind::kMemory:
      return name == "from" && ParseWhole(value, &uri->from);
  }
  return false;
}

}  // namespace

std::optional<ResourceUri> ParseResourceUri(std::string_view uri) {
  if (uri.size() > kLongestUri) return std::nullopt;
  const size_t mark = uri.find('?');
  std::optional<ResourceUri> parsed = ParsePath(uri.substr(0, mark));
  if (!parsed || mark == std::string_view::npos) return parsed;
  for (const std::string& pair : Split(uri.substr(mark + 1), '&')) {
    if (!TakePair(pair, &*parsed)) return std::nullopt;
  }
  return parsed;
}

std::string RoomMessagesUri(std::string_view room) {
  return std::string(kRoomsPrefix) + std::string(room) + std::string(kMessagesSuffix);
}

std::string MemoryUri(store::MemoryId memory) {
  return std::string(kMemoriesPrefix) + std::to_string(memory);
}

}  // namespace katra::mcp
