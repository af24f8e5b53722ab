#include "core/ids.h"

#include <unistd.h>  // getentropy(3): Linux

#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

#ifdef __APPLE__
#include <sys/random.h>
#endif

namespace katra {

uint64_t SystemRandom::Next() {
  // Not std::random_device: it asks the processor, which takes 20 us on some machines.
  thread_local std::array<uint64_t, 32> bits;  // as much as one call gives
  thread_local size_t left = 0;
  if (left == 0) {
    if (getentropy(bits.data(), sizeof bits) != 0) std::abort();  // only a bad buffer fails
    left = bits.size();
  }
  return std::exchange(bits[--left], 0);
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
