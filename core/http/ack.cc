#include "core/http/ack.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace katra::http {

void AcknowledgeNow(uv_stream_t* stream) {
#ifdef TCP_QUICKACK
  uv_os_fd_t socket = -1;
  const int on = 1;
  if (uv_fileno(reinterpret_cast<uv_handle_t*>(stream), &socket) != 0) return;
  // Fails harmlessly on a Unix socket.
  setsockopt(socket, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
#else
  static_cast<void>(stream);
#endif
}

}  // namespace katra::http
