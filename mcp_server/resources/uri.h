// Parses and builds the resource URIs katra://…. Knows no store. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/types.h"

namespace katra::mcp {

enum class ResourceKind { kRooms, kPersonas, kRoomMessages, kMemory };

struct ResourceUri {
  ResourceKind kind = ResourceKind::kRooms;
  std::string room;            // kRoomMessages: a valid name
  store::MemoryId memory = 0;  // kMemory: at least 1
  // The page, from the URI's query, such as "?before=41".
  std::string after;            // kRooms, kPersonas: the last name of the previous page
  store::MessageId before = 0;  // kRoomMessages: only older messages; 0: the newest
  std::string since;            // kRoomMessages: only newer messages; a time as ReadTime parses it
  size_t from = 0;              // kMemory: the first byte to return of its text and reasoning
};

inline constexpr std::string_view kRoomsUri = "katra://rooms";
inline constexpr std::string_view kPersonasUri = "katra://personas";
inline constexpr std::string_view kRoomMessagesTemplate = "katra://rooms/{room}/messages";
inline constexpr std::string_view kMemoryTemplate = "katra://memories/{id}";

// Returns nullopt if it is not one of Katra's URIs or has an unsupported query. Decodes
// percent-encoding once; a room that is not a valid name, such as "../x", is refused too.
[[nodiscard]] std::optional<ResourceUri> ParseResourceUri(std::string_view uri);

[[nodiscard]] std::string RoomMessagesUri(std::string_view room);
[[nodiscard]] std::string MemoryUri(store::MemoryId memory);

}  // namespace katra::mcp
