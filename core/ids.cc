#include "core/ids.h"

#include <unistd.h>  // getentropy(3): Linux

#include <array>
#include <cstdlib>
#include <utility>

#ifdef __APPLE__
#include <sys/random.h>
#endif

namespace katra {

uint64_t SystemRandom::Next() {
  // Not std::random_device, which uses a processor instruction that takes 20 us on some machines.
  thread_local std::array<uint64_t, 32> bits;  // the most that one call returns
  thread_local size_t left = 0;
  if (left == 0) {
    if (getentropy(bits.data(), sizeof bits) != 0) std::abort();  // fails only for a bad buffer
    left = bits.size();
  }
  return std::exchange(bits[--left], 0);
}

namespace {

// 16 digits.
void AppendHex(uint64_t value, std::string* out) {
  for (unsigned shift = 64; shift > 0;) {
    shift -= 4;
    out->push_back("0123456789abcdef"[value >> shift & 0xFU]);
  }
}

}  // namespace

std::string MakeUuidV7(WallTime now, Random& random) {
  const auto millis = static_cast<uint64_t>(ToUnixMillis(now)) & 0xFFFF'FFFF'FFFFULL;
  const uint64_t a = random.Next() & 0x0FFFULL;
  const uint64_t b = random.Next();
  // xxxxxxxx-xxxx-7xxx-yxxx-xxxxxxxxxxxx
  const uint64_t high = millis << 16U | 0x7000U | a;
  const uint64_t low = 0x8000'0000'0000'0000ULL | (b >> 50U) << 48U | (b & 0xFFFF'FFFF'FFFFULL);
  std::string text;
  text.reserve(36);
  AppendHex(high, &text);
  AppendHex(low, &text);
  for (const size_t at : {8U, 13U, 18U, 23U}) text.insert(at, 1, '-');
  return text;
}

}  // namespace katra
