// An HTTP/1.1 server on a loop, on TCP or a Unix socket. One request at a time per connection (no
// pipelining); bodies are complete and bounded; answers are complete or streamed with
// back-pressure. Strict about framing: what two parsers could read differently is refused. Knows no
// endpoints.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/http/message.h"
#include "core/result.h"

namespace katra::uv {
class Loop;
}

namespace katra::http {

struct ServerLimits {
  size_t head_bytes = 64 * 1024;
  size_t header_count = 200;
  size_t body_bytes = 64 * 1024 * 1024;
  // When all are in use, connections of unauthenticated callers are closed first.
  size_t connections = 4096;
  // Total size of incomplete heads of all unauthenticated callers.
  size_t unknown_head_bytes = size_t{4} * 1024 * 1024;
  std::chrono::milliseconds head_timeout{10'000};          // from the first byte of a request
  std::chrono::milliseconds idle_timeout{120'000};         // between requests
  std::chrono::milliseconds unknown_idle_timeout{10'000};  // the same for unauthenticated callers
  std::chrono::milliseconds body_idle_timeout{30'000};
  std::chrono::milliseconds body_timeout{300'000};
  std::chrono::milliseconds write_timeout{120'000};  // without progress by the client
};

// One request and its answer. Shared by the connection and the handler; used on the loop's thread.
// After the client has gone, every call is a no-op.
class Exchange {
 public:
  virtual ~Exchange() = default;

  [[nodiscard]] virtual Request& request() = 0;
  [[nodiscard]] virtual bool gone() const = 0;
  [[nodiscard]] virtual bool begun() const = 0;
  // Written bytes that the kernel has not yet accepted.
  [[nodiscard]] virtual size_t pending_bytes() const = 0;

  // Sends a complete answer.
  virtual void Respond(Response response) = 0;
  // A streamed answer: Begin, Write*, then End or Cut. The head goes out with the first Write.
  virtual void Begin(int status, Headers headers) = 0;
  virtual void Write(std::string_view bytes) = 0;
  virtual void End() = 0;
  // Closes the connection before the end of the body, so that the client sees a truncated answer.
  virtual void Cut() = 0;

  // `gone` is called at most once, if the client disconnects before the answer has ended. `drained`
  // is called whenever pending bytes have been handed to the kernel.
  virtual void Observe(std::function<void()> gone, std::function<void()> drained) = 0;
};

class Handler {
 public:
  virtual ~Handler() = default;
  // Called when the head is complete. Returning a response refuses the request before its body is
  // read.
  virtual std::optional<Response> Admit(const Request& head) = 0;
  // Whether the endpoint needs no authentication. A request to one does not make its caller known.
  virtual bool IsForAnybody(const Request& head) const = 0;
  virtual void Handle(std::shared_ptr<Exchange> exchange) = 0;
  // Makes the answer to a request that is not valid HTTP or is over a limit, because the handler
  // defines the format of error bodies.
  virtual Response Refuse(int status, const std::string& why) = 0;
};

class Server {
 public:
  // `loop` and `handler` are borrowed and outlive the server.
  static std::unique_ptr<Server> Make(uv::Loop& loop, Handler& handler, ServerLimits limits);

  virtual ~Server() = default;

  // Listens on an IP address and port (0: any free port). Returns the port. kAlreadyExists: it is
  // in use.
  virtual Result<int> ListenTcp(const std::string& address, int port) = 0;
  // Listens on a Unix socket with mode 0600. Replaces an old socket file.
  virtual Status ListenLocal(const std::string& path) = 0;
  // Stops accepting, closes idle connections, and closes the others after their answer. Calls
  // `drained` when none is left, never before it returns.
  virtual void Drain(std::function<void()> drained) = 0;
  // Closes all connections immediately.
  virtual void Close() = 0;

  [[nodiscard]] virtual size_t connections() const = 0;
};

}  // namespace katra::http
