// Sockets on 127.0.0.1 that never block, for the bench's own ends. Throws std::runtime_error when
// the system refuses one.
#pragma once

#include <cstdint>
#include <string>

namespace katra::bench {

// A listening socket on a free port; `port` is set to it.
int Listen(int* port);
// A connection that is being made; without Nagle's delay.
int Connect(int port);
void WithoutDelay(int socket);
// Nanoseconds of the monotonic clock.
uint64_t NowNanos();
// A port that was free a moment ago.
int FreePort();
// This thread and what it starts runs on that core; what does not exist is ignored.
void RunOnCore(int core);

}  // namespace katra::bench
