// An HTTP client on a loop, for many concurrent requests: pools connections, verifies TLS, and
// honours proxies from the environment. Knows no endpoints, and no credentials but those in the
// requests.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/http/message.h"
#include "core/result.h"

namespace katra::uv {
class Loop;
}

namespace katra::http {

struct Outgoing {
  std::string method = "POST";
  std::string url;  // http or https
  std::vector<Header> headers;
  std::optional<Body> body;  // freed when it has been sent and answered
  std::chrono::milliseconds connect_timeout{10'000};
  // From the start to the head of the response.
  std::chrono::milliseconds first_byte_timeout{300'000};
  std::chrono::milliseconds idle_timeout{300'000};  // between bytes of the response
  bool http2 = false;                               // U1: only where a provider asks for it
};

// The stage at which a call failed.
enum class CallFailure { kConnect, kTls, kTimeout, kCut, kProtocol };

struct CallEnd {
  bool complete = false;  // the whole response was received
  CallFailure failure = CallFailure::kCut;
  std::string message;  // for a log; holds no credential
};

// Callbacks of a call, on the loop's thread. They may destroy their Call and start others.
struct CallEvents {
  std::function<void(int status, const Headers& headers)> head;
  std::function<void(std::string_view bytes)> data;  // borrowed for the call
  std::function<void(const CallEnd& end)> end;       // called once, as the last callback
};

// A request in flight. Destroying it cancels it at once and closes the connection, unless the
// response is complete.
class Call {
 public:
  virtual ~Call() = default;
  // Stops the flow of data (at most one more buffer is delivered) and restarts it.
  virtual void Pause() = 0;
  virtual void Resume() = 0;
};

class Client {
 public:
  struct Options {
    std::string ca_file;  // empty: the system's CA certificates
    int max_idle_connections = 256;
  };
  // `loop` is borrowed. Calls must be destroyed before the client.
  static Result<std::unique_ptr<Client>> Make(uv::Loop& loop, Options options);

  virtual ~Client() = default;
  // Never runs a callback before it returns.
  [[nodiscard]] virtual std::unique_ptr<Call> Start(Outgoing request, CallEvents events) = 0;
};

}  // namespace katra::http
