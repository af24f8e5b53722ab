// HTTP requests to other servers, many at a time, on a loop: pooled connections, TLS verified,
// proxies of the environment honoured. Knows no endpoint and no credentials but what it is handed.
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
  std::optional<Body> body;  // let go of once it is sent and answered
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds first_byte_timeout{300'000};  // from the start to the reply's head
  std::chrono::milliseconds idle_timeout{300'000};        // between bytes of the reply
  bool http2 = false;                                     // U1: only where a provider asks for it
};

// How far a call had come when it failed.
enum class CallFailure { kConnect, kTls, kTimeout, kCut, kProtocol };

struct CallEnd {
  bool complete = false;  // the whole reply was received
  CallFailure failure = CallFailure::kCut;
  std::string message;  // for a log; holds no credential
};

// On the loop's thread. A callback may destroy its Call, and may start others.
struct CallEvents {
  std::function<void(int status, const Headers& headers)> head;
  std::function<void(std::string_view bytes)> data;  // borrowed for the call
  std::function<void(const CallEnd& end)> end;       // once; nothing comes after it
};

// Destroying it cancels at once: the connection is closed unless the reply was complete.
class Call {
 public:
  virtual ~Call() = default;
  // Stops the flow of data (at most one more buffer comes) and takes it up again.
  virtual void Pause() = 0;
  virtual void Resume() = 0;
};

class Client {
 public:
  struct Options {
    std::string ca_file;  // empty: the system's
    int max_idle_connections = 256;
  };
  // `loop` is borrowed. Calls must be destroyed before the client.
  static Result<std::unique_ptr<Client>> Make(uv::Loop& loop, Options options);

  virtual ~Client() = default;
  // Never calls back from within.
  [[nodiscard]] virtual std::unique_ptr<Call> Start(Outgoing request, CallEvents events) = 0;
};

}  // namespace katra::http
