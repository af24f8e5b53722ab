#include "store/retention.h"

#include <charconv>

#include "core/json_view.h"
#include "core/text.h"
#include "store/quotas.h"

namespace katra::store {

std::optional<Retention::Days> Retention::Of(std::string_view room) const {
  auto found = rooms.find(ToLowerAscii(room));
  if (found == rooms.end()) found = rooms.find("*");
  return found == rooms.end() ? std::nullopt : found->second;
}

std::optional<Retention::Days> ParseRetention(std::string_view text) {
  constexpr int64_t kMostUnits = 99'999;
  int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view unit = text.substr(static_cast<size_t>(end - text.data()));
  if (error != std::errc() || count < 1 || count > kMostUnits) return std::nullopt;
  if (unit == "d") return Retention::Days(count);
  if (unit == "w") return Retention::Days(count * 7);
  if (unit == "y") return Retention::Days(count * 365);
  return std::nullopt;
}

Retention ReadRetention(std::string_view text) {
  Retention retention;
  JsonDocument document;
  if (!document.Parse(text)) return retention;
  const JsonView rooms = document.Root()["rooms"];
  if (!rooms.IsObject()) return retention;
  for (const JsonView room : rooms) {
    retention.rooms[ToLowerAscii(room.Key().Text())] = ParseRetention(room["retention"].Text());
  }
  return retention;
}

Retention LoadRetention(const std::string& home) {
  const auto text = ReadTrustedConfiguration(home);
  return text ? ReadRetention(*text) : Retention();
}

}  // namespace katra::store
