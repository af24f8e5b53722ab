// One accepted connection: reads a request, hands it over, writes the answer with bounded buffers.
// Private to the server.
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
    // It is being closed: nothing more happens on it.
    std::function<void(Connection*)> closing;
    // The caller has become known, or is not known any more.
    std::function<void(Connection*)> known_changed;
    // Heads of unknown callers take more than their share: some must go.
    std::function<void()> heads_too_large;
    // The connection has done much for one iteration of the loop, and goes on in the next.
    std::function<void(Connection*)> rest;
    size_t unknown_head_bytes = 0;
    // Shared by all connections: what is read is used up before the next read.
    uv_buf_t read_buffer{};
    // Those that have something to send at the end of the loop's iteration: several answers wake
    // the other side once, and small pieces of one answer go out together.
    std::vector<Connection*> waiting;
    bool draining = false;
    std::string date;  // "date: …\r\n"
  };
  using Clock = std::chrono::steady_clock;

  // `stream` was accepted and is taken over; `local`: it is a socket file's.
  Connection(Host& host, uv_stream_t* stream, bool local);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void Start();
  // Reads on after a rest.
  void GoOn();
  // Who is at the other end: the user of a local socket, or whom the last head's token names.
  [[nodiscard]] bool known() const { return known_; }
  // Waits for a request that has not begun.
  [[nodiscard]] bool waits() const { return phase_ == Phase::kReading && !parser_.begun(); }
  [[nodiscard]] bool closed() const { return phase_ == Phase::kClosed; }
  [[nodiscard]] size_t head_bytes() const { return counted_head_bytes_; }
  [[nodiscard]] Clock::time_point since() const { return since_; }
  // Once in a while: closes what is over its time.
  void Check(Clock::time_point now);
  // Closes when no request is being answered; otherwise after the answer.
  void DrainNow();
  void Close();
  // Called at the end of the loop's iteration: sends what waits.
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
  size_t counted_head_bytes_ = 0;  // of `Host::unknown_head_bytes`
  size_t inflated_before_rest_ = 0;
  Phase phase_ = Phase::kReading;
  std::shared_ptr<Answer> answer_;
  bool close_after_ = false;
  bool ended_ = false;  // the answer is complete, its last bytes may be on their way

  uv_write_t write_{};
  std::string writing_;
  std::string backlog_;
  bool flush_waits_ = false;  // for the end of the iteration, with the backlog
  bool write_busy_ = false;
  size_t unsent_before_ = 0;

  Clock::time_point since_;       // of the phase, or of the request's first byte
  Clock::time_point last_byte_;   // read
  Clock::time_point last_taken_;  // by the client
  size_t discarded_ = 0;
};

}  // namespace katra::http
