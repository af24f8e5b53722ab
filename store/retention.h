// How long rooms keep messages, as the user configured it. Nothing is removed unless it was.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace katra::store {

struct Retention {
  using Days = std::chrono::duration<int64_t, std::ratio<86400>>;

  // By room, in lower case; "*": rooms without an entry. No value: forever.
  std::map<std::string, std::optional<Days>> rooms;

  // How long the room keeps messages; unset: forever.
  [[nodiscard]] std::optional<Days> Of(std::string_view room) const;
};

// Reads "90d", "12w" or "1y" (365 days). Unset: anything else, "forever" included.
[[nodiscard]] std::optional<Retention::Days> ParseRetention(std::string_view text);

// The member `rooms` of a personas.json: {"*": {"retention": "90d"}, "main": {"retention":
// "forever"}}. Lenient: what is malformed means forever, because reporting errors is the task of
// `katra config check`.
[[nodiscard]] Retention ReadRetention(std::string_view text);

// The same for HOME/router/personas.json, under the conditions of LoadQuotas. Blocking.
[[nodiscard]] Retention LoadRetention(const std::string& home);

}  // namespace katra::store
