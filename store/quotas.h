// Limits on what one persona may say and remember: generous for people, but enough to stop a
// runaway agent. The store enforces them across processes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace katra::store {

// 0 means no limit. An hour or a day begins with the first event counted in it.
struct Quotas {
  int64_t messages_per_hour = 10'000;
  int64_t message_bytes_per_hour = int64_t{64} * 1024 * 1024;
  int64_t rooms_per_day = 1'000;  // rooms that the persona creates
  int64_t memories_per_day = 5'000;

  friend bool operator==(const Quotas&, const Quotas&) = default;
};

// "HOME/router/personas.json": `limits` applies to everyone, `personas.NAME.limits` to one persona.
[[nodiscard]] std::string QuotasPath(const std::string& home);

// The quotas of `persona` according to `text`, a personas.json. Lenient: a value that is missing,
// malformed or of the wrong type keeps its default, because reporting errors is the task of `katra
// config check`.
[[nodiscard]] Quotas ReadQuotas(std::string_view text, std::string_view persona);

// The text of that file, provided it is a regular file of this user that nobody else can change.
// Blocking.
[[nodiscard]] std::optional<std::string> ReadTrustedConfiguration(const std::string& home);

// The same for the file, provided it is a regular file of this user that nobody else can change;
// otherwise the defaults. Blocking.
[[nodiscard]] Quotas LoadQuotas(const std::string& home, std::string_view persona);

}  // namespace katra::store
