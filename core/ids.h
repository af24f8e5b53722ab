// Identifiers that sort by time: UUIDv7 (RFC 9562).
#pragma once

#include <cstdint>
#include <string>

#include "core/clock.h"

namespace katra {

// Random bits from the operating system. Thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  [[nodiscard]] virtual uint64_t Next() = 0;
};

// Reads random bits from the operating system in batches. After fork() the child must call exec()
// before using one, or it would repeat its parent's numbers.
class SystemRandom final : public Random {
 public:
  [[nodiscard]] uint64_t Next() override;
};

// "018f6d2e-…-7…-…", 36 lower-case characters; the first 48 bits are `now`.
[[nodiscard]] std::string MakeUuidV7(WallTime now, Random& random);

}  // namespace katra
