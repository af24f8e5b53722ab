// One connection of the local client: sends a request, reads its reply, waits for the next.
// Private to local_client.cc.
#pragma once

#include <netinet/in.h>
#include <uv.h>

#include <memory>
#include <string>
#include <vector>

#include "core/http/local_client.h"
#include "core/http/response_parser.h"

namespace katra::http {

// Owns its handle, and itself: it is deleted when the handle has closed.
class LocalWire {
 public:
  LocalWire(LocalClient& client, std::string endpoint);
  LocalWire(const LocalWire&) = delete;
  LocalWire& operator=(const LocalWire&) = delete;

  // Begins to connect; a failure is told to the trip of Begin(). False: it cannot even begin.
  [[nodiscard]] bool Connect(const sockaddr* address);
  // Sends the request of `trip` at the end of the round, and tells it the reply.
  void Begin(std::shared_ptr<LocalTrip> trip);
  void Send();
  void SetPaused(bool paused);
  // Nothing is told any more.
  void Close();
  // The client goes before the handle has closed.
  void Orphan() { client_ = nullptr; }

  [[nodiscard]] const std::string& endpoint() const { return endpoint_; }
  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] CallClock::Clock::time_point idle_since() const { return idle_since_; }

 private:
  ~LocalWire() = default;

  void OnConnected(int status);
  void OnWritten(int status);
  void OnRead(ssize_t count, const char* bytes);
  void TakeReply(std::string_view bytes);
  void Complete();
  void Fail(CallFailure failure, const std::string& message);
  void StartReading();
  void ReleaseBody();

  LocalClient* client_;
  std::string endpoint_;
  uv_tcp_t tcp_{};
  uv_connect_t connect_{};
  uv_write_t write_{};
  ResponseParser parser_;
  std::shared_ptr<LocalTrip> trip_;
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
