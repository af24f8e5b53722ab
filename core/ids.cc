#include "core/ids.h"

#include <cstdio>
#include <random>

namespace katra {

uint64_t SystemRandom::Next() {
  std::random_device device;  // getrandom(2) or arc4random(3)
  return (static_cast<uint64_t>(device()) << 32) | device();
}

std::string MakeUuidV7(WallTime now, Random& random) {
  const auto millis = static_cast<uint64_t>(ToUnixMillis(now)) & 0xFFFF'FFFF'FFFFULL;
  const uint64_t a = random.Next() & 0x0FFFULL;
  const uint64_t b = random.Next();
  char text[40];
  std::snprintf(text, sizeof text, "%08x-%04x-7%03x-%04x-%012llx",
                static_cast<unsigned>(millis >> 16), static_cast<unsigned>(millis & 0xFFFF),
                static_cast<unsigned>(a), static_cast<unsigned>(0x8000U | (b >> 50)),
                static_cast<unsigned long long>(b & 0xFFFF'FFFF'FFFFULL));
  return text;
}

}  // namespace katra
