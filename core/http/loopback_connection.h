// One connection of the loopback client: sends a request, reads the response, then waits for the
// next request. Internal to loopback_client.cc.
#pragma once

#include <netinet/in.h>
#include <uv.h>

#include <memory>
#include <string>
#include <vector>

#include "core/http/loopback_client.h"
#include "core/http/response_parser.h"

namespace katra::http {

// Owns its handle and itself; deletes itself when the handle has closed.
class LoopbackConnection {
 public:
  LoopbackConnection(LoopbackClient& client, std::string endpoint);
  LoopbackConnection(const LoopbackConnection&) = delete;
  LoopbackConnection& operator=(const LoopbackConnection&) = delete;

  // Starts connecting; a later failure fails the request given to Begin(). False: connecting could
  // not start.
  [[nodiscard]] bool Connect(const sockaddr* address);
  // Sends `request` at the end of the loop's iteration and reports the response to its callbacks.
  void Begin(std::shared_ptr<LoopbackRequest> request);
  void Send();
  void SetPaused(bool paused);
  // Closes the connection; no callback runs after it.
  void Close();
  // Detaches the connection from a client that is destroyed before the handle has closed.
  void Orphan() { client_ = nullptr; }

  [[nodiscard]] const std::string& endpoint() const { return endpoint_; }
  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] CallClock::Clock::time_point idle_since() const { return idle_since_; }

 private:
  ~LoopbackConnection() = default;

  void OnConnected(int status);
  void OnWritten(int status);
  void OnRead(ssize_t count, const char* bytes);
  void TakeReply(std::string_view bytes);
  void Complete();
  void Fail(CallFailure failure, const std::string& message);
  void StartReading();
  void ReleaseBody();

  LoopbackClient* client_;
  std::string endpoint_;
  uv_tcp_t tcp_{};
  uv_connect_t connect_{};
  uv_write_t write_{};
  ResponseParser parser_;
  std::shared_ptr<LoopbackRequest> request_;
  std::string head_;
  std::vector<uv_buf_t> buffers_;
  bool connected_ = false;
  bool used_ = false;  // has served a request before
  bool writing_ = false;
  bool reading_ = false;
  bool closing_ = false;
  CallClock::Clock::time_point idle_since_;
};

}  // namespace katra::http
