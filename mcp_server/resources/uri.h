// The resource URIs katra://…: taken apart and put together. Knows no store. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/types.h"

namespace katra::mcp {

enum class ResourceKind { kRooms, kPersonas, kRoomMessages, kMemory };

struct ResourceUri {
  ResourceKind kind = ResourceKind::kRooms;
  std::string room;            // kRoomMessages: a name of the right form
  store::MemoryId memory = 0;  // kMemory: at least 1
  // Which page; each in the query of the URI, such as "?before=41".
  std::string after;            // kRooms, kPersonas: the last name of the page before
  store::MessageId before = 0;  // kRoomMessages: only older ones; 0: the newest
  std::string since;            // kRoomMessages: only newer ones; a time as ReadTime takes it
  size_t from = 0;              // kMemory: the byte of its text and reasoning where to begin
};

inline constexpr std::string_view kRoomsUri = "katra://rooms";
inline constexpr std::string_view kPersonasUri = "katra://personas";
inline constexpr std::string_view kRoomMessagesTemplate = "katra://rooms/{room}/messages";
inline constexpr std::string_view kMemoryTemplate = "katra://memories/{id}";

// Nothing: not one of Katra's, or with a query that it does not have. Percent-encoding is decoded
// once; a room that is not a name, such as "../x", is none of Katra's either.
[[nodiscard]] std::optional<ResourceUri> ParseResourceUri(std::string_view uri);

[[nodiscard]] std::string RoomMessagesUri(std::string_view room);
[[nodiscard]] std::string MemoryUri(store::MemoryId memory);

}  // namespace katra::mcp
