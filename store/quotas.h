// How much one persona may say and remember: generous for people, and enough to stop an agent that
// runs away. The store holds every process to them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace katra::store {

// 0: without limit. An hour and a day begin with the first thing that is counted in them.
struct Quotas {
  int64_t messages_per_hour = 10'000;
  int64_t message_bytes_per_hour = int64_t{64} * 1024 * 1024;
  int64_t rooms_per_day = 1'000;  // that the persona makes
  int64_t memories_per_day = 5'000;

  friend bool operator==(const Quotas&, const Quotas&) = default;
};

// "HOME/router/personas.json": `limits` there are for everybody, `personas.NAME.limits` for one.
[[nodiscard]] std::string QuotasPath(const std::string& home);

// What `text`, a personas.json, says of `persona`. Reads leniently: what is missing, of another
// type or no JSON leaves the standard values, since `katra config check` is where a file is judged.
[[nodiscard]] Quotas ReadQuotas(std::string_view text, std::string_view persona);

// The same of the file, when it is a regular one of this user that nobody else can change.
// Blocking.
[[nodiscard]] Quotas LoadQuotas(const std::string& home, std::string_view persona);

}  // namespace katra::store
