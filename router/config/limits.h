// Limits of a persona, as configured in personas.json.
#pragma once

#include <array>
#include <cstdint>

#include "store/quotas.h"

namespace katra::router {

// Per gateway token. 0: no limit.
struct TokenLimits {
  int64_t requests_per_minute = 6'000;
  int64_t open_requests = 256;
  int64_t request_bytes_per_minute = int64_t{2} * 1024 * 1024 * 1024;

  friend bool operator==(const TokenLimits&, const TokenLimits&) = default;
};

struct Limits {
  TokenLimits token;
  store::Quotas room;  // for `katra config` only; the store reads the file itself (store/quotas.h)
};

struct LimitName {
  const char* name;  // as in the file
  int64_t& (*of)(Limits& limits);
};

// All limits, in display order.
inline constexpr std::array<LimitName, 7> kLimitNames = {{
    {"messages_per_hour", [](Limits& l) -> int64_t& { return l.room.messages_per_hour; }},
    {"message_bytes_per_hour", [](Limits& l) -> int64_t& { return l.room.message_bytes_per_hour; }},
    {"rooms_per_day", [](Limits& l) -> int64_t& { return l.room.rooms_per_day; }},
    {"memories_per_day", [](Limits& l) -> int64_t& { return l.room.memories_per_day; }},
    {"requests_per_minute", [](Limits& l) -> int64_t& { return l.token.requests_per_minute; }},
    {"open_requests", [](Limits& l) -> int64_t& { return l.token.open_requests; }},
    {"request_bytes_per_minute",
     [](Limits& l) -> int64_t& { return l.token.request_bytes_per_minute; }},
}};

}  // namespace katra::router
