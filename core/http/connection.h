// One accepted connection: reads a request, hands it to the handler, and writes the answer through
// bounded buffers. Internal to the server.
#pragma once

#include <uv.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/http/request_parser.h"
#include "core/http/server.h"

namespace katra::http {

class Connection {
 public:
  struct Host {
    Handler* handler = nullptr;
    const ServerLimits* limits = nullptr;
    // The connection has closed and may be destroyed.
    std::function<void(Connection*)> closed;
    // It is closing; no more events come from it.
    std::function<void(Connection*)> closing;
    // known() has changed.
    std::function<void(Connection*)> known_changed;
    // Incomplete heads of unknown callers exceed `unknown_head_bytes`; the server must close some.
    std::function<void()> heads_too_large;
    // The connection has used its share of this iteration of the loop and asks for GoOn() in the
    // next one.
    std::function<void(Connection*)> rest;
    size_t unknown_head_bytes = 0;
    // Shared by all connections; each consumes what it read before the next read.
    uv_buf_t read_buffer{};
    // Connections with output for the end of the loop's iteration: several answers then wake the
    // peer once, and small pieces of one answer share a write.
    std::vector<Connection*> waiting;
    bool draining = false;
    std::string date;  // "date: …\r\n"
  };
  using Clock = std::chrono::steady_clock;

  // Takes ownership of the accepted `stream`. `local`: it is a Unix socket.
  Connection(Host& host, uv_stream_t* stream, bool local);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void Start();
  // Resumes reading after Host::rest.
  void GoOn();
  // Whether the caller is authenticated: the user of a local socket, or the handler admitted the
  // latest head to an endpoint that needs authentication.
  [[nodiscard]] bool known() const { return known_; }
  // Idle: no byte of the next request has arrived.
  [[nodiscard]] bool waits() const { return phase_ == Phase::kReading && !parser_.begun(); }
  [[nodiscard]] bool closed() const { return phase_ == Phase::kClosed; }
  [[nodiscard]] size_t head_bytes() const { return counted_head_bytes_; }
  [[nodiscard]] Clock::time_point since() const { return since_; }
  // Called periodically; closes the connection if a timeout has passed.
  void Check(Clock::time_point now);
  // Closes now if no request is in progress, otherwise after the answer.
  void DrainNow();
  void Close();
  // Called at the end of the loop's iteration; writes the buffered output.
  void Flush();

 private:
  class Answer;
  friend class Answer;
  enum class Phase { kReading, kAnswering, kLingering, kClosed };

  void OnRead(std::string_view bytes);
  void TakeBytes(std::string_view bytes);
  void HeadReady();
  void CountHead(size_t bytes);
  void SetKnown(bool known);
  void RestWhenBusy();
  void Dispatch();
  void RefuseNow(int status, const std::string& why);
  void Send(const uv_buf_t* buffers, size_t count);
  void StartWrite();
  void OnWritten(int status);
  void AnswerEnded();
  void FinishAnswer();
  void Linger();
  [[nodiscard]] std::string Head(int status, const Headers& headers, int64_t length);

  Host& host_;
  uv_stream_t* stream_;
  bool local_;
  bool known_;
  RequestParser parser_;
  size_t counted_head_bytes_ = 0;  // this connection's part of `Host::unknown_head_bytes`
  size_t inflated_before_rest_ = 0;
  Phase phase_ = Phase::kReading;
  std::shared_ptr<Answer> answer_;
  bool close_after_ = false;
  bool ended_ = false;  // the answer is complete; its last bytes may still be unwritten

  uv_write_t write_{};
  std::string writing_;
  std::string backlog_;
  bool flush_waits_ = false;  // queued in `Host::waiting`
  bool write_busy_ = false;
  size_t unsent_before_ = 0;

  Clock::time_point since_;       // start of the phase, or first byte of the request
  Clock::time_point last_byte_;   // when the last byte was read
  Clock::time_point last_taken_;  // when the client last took bytes
  size_t discarded_ = 0;
};

}  // namespace katra::http
