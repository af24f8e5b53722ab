// Against the 40 ms that a peer without TCP_NODELAY waits in the middle of a message: it holds back
// a small piece until the one before is acknowledged, and the kernel acknowledges late. Private to
// the server and the clients.
#pragma once

#include <uv.h>

namespace katra::http {

// Acknowledges what was read, now. For a connection on which more of a message is awaited.
void AcknowledgeNow(uv_stream_t* stream);

}  // namespace katra::http
