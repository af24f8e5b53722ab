// Avoids the 40 ms stall of delayed ACKs: a peer without TCP_NODELAY holds a small segment back
// until the previous one is acknowledged, and the kernel acknowledges late. Internal to the server
// and the clients.
#pragma once

#include <uv.h>

namespace katra::http {

// Acknowledges received data immediately. For connections on which the rest of a message is
// expected.
void AcknowledgeNow(uv_stream_t* stream);

}  // namespace katra::http
