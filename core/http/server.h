// An HTTP/1.1 server on a loop: TCP or a local socket. One request at a time on a connection
// (pipelining is refused), bodies whole and bounded, answers whole or streamed with back-pressure.
// Strict about framing: what two parsers could read differently is refused. Knows no endpoint.
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
  // Of these the ones whose callers are not known are the first to go when the places run out.
  size_t connections = 4096;
  // Of heads that are not complete, of all callers that are not known together.
  size_t unknown_head_bytes = size_t{4} * 1024 * 1024;
  std::chrono::milliseconds head_timeout{10'000};          // from the first byte of a request
  std::chrono::milliseconds idle_timeout{120'000};         // between requests
  std::chrono::milliseconds unknown_idle_timeout{10'000};  // the same for a caller who is not known
  std::chrono::milliseconds body_idle_timeout{30'000};
  std::chrono::milliseconds body_timeout{300'000};
  std::chrono::milliseconds write_timeout{120'000};  // without the client taking a byte
};

// One request being answered. Shared by the connection and whoever answers; on the loop's thread.
// When the client has gone every call does nothing.
class Exchange {
 public:
  virtual ~Exchange() = default;

  [[nodiscard]] virtual Request& request() = 0;
  [[nodiscard]] virtual bool gone() const = 0;
  [[nodiscard]] virtual bool begun() const = 0;
  // Bytes written that the kernel has not taken yet.
  [[nodiscard]] virtual size_t pending_bytes() const = 0;

  // The whole answer.
  virtual void Respond(Response response) = 0;
  // A streamed answer: Begin, Write*, then End or Cut. The head goes out with the first Write.
  virtual void Begin(int status, Headers headers) = 0;
  virtual void Write(std::string_view bytes) = 0;
  virtual void End() = 0;
  // Closes the connection without the end of the body, so that the client sees a cut.
  virtual void Cut() = 0;

  // `gone`: once, when the client leaves before the answer has ended. `drained`: the pending bytes
  // are with the kernel.
  virtual void Observe(std::function<void()> gone, std::function<void()> drained) = 0;
};

class Handler {
 public:
  virtual ~Handler() = default;
  // Called with the head alone: an answer refuses the request before its body is read.
  virtual std::optional<Response> Admit(const Request& head) = 0;
  // Whether anybody may ask for this: then an admitted request makes its caller none the more
  // known.
  virtual bool IsForAnybody(const Request& head) const = 0;
  virtual void Handle(std::shared_ptr<Exchange> exchange) = 0;
  // The answer to what is not HTTP or beyond a limit: the body is Katra's to form.
  virtual Response Refuse(int status, const std::string& why) = 0;
};

class Server {
 public:
  // `loop` and `handler` are borrowed and outlive the server.
  static std::unique_ptr<Server> Make(uv::Loop& loop, Handler& handler, ServerLimits limits);

  virtual ~Server() = default;

  // An IP address and port; port 0: a free one. Gives the port. kAlreadyExists: it is taken.
  virtual Result<int> ListenTcp(const std::string& address, int port) = 0;
  // A socket file of mode 0600. An old file is replaced.
  virtual Status ListenLocal(const std::string& path) = 0;
  // Takes no new connection, closes idle ones, ends the others after their answer. `drained` is
  // called once none is left (maybe at once, never from within).
  virtual void Drain(std::function<void()> drained) = 0;
  // Closes everything at once.
  virtual void Close() = 0;

  [[nodiscard]] virtual size_t connections() const = 0;
};

}  // namespace katra::http
