// An incremental parser of one HTTP request: llhttp, after own checks for what llhttp 8 accepts
// (bare line feeds, folded headers). No I/O; fuzzed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/http/gzip.h"
#include "core/http/message.h"
#include "core/http/server.h"

namespace katra::http {

class RequestParser {
 public:
  enum class State { kHead, kBody, kDone, kFailed };

  // `limits` is borrowed.
  explicit RequestParser(const ServerLimits& limits);
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  // Consumes bytes of one request and returns how many. Returns early when the head is complete, so
  // that the caller can look at it, and at the end of the request.
  size_t Feed(std::string_view bytes);
  // Starts over for the next request.
  void Reset();
  // Frees the buffers; nothing more may be fed.
  void Drop();

  [[nodiscard]] State state() const { return state_; }
  // Whether any byte of a request has arrived.
  [[nodiscard]] bool begun() const { return state_ != State::kHead || !head_.empty(); }
  [[nodiscard]] Request& request() { return request_; }
  [[nodiscard]] bool keep_alive() const { return keep_alive_; }
  [[nodiscard]] bool expects_continue() const { return expects_continue_; }

  // Size of the incomplete head; 0 once the head is complete.
  [[nodiscard]] size_t head_bytes() const { return head_.size(); }
  // Decompressed bytes so far, if the body is gzipped; else 0.
  [[nodiscard]] size_t inflated_bytes() const { return inflater_ ? inflater_->bytes() : 0; }

  // In state kFailed: the HTTP status to answer with, and the reason.
  [[nodiscard]] int error_status() const { return error_status_; }
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  struct Machine;  // llhttp's state

  size_t FeedHead(std::string_view bytes);
  size_t FeedBody(std::string_view bytes);
  void ParseHead();
  bool CheckHead();
  bool CheckFraming();
  bool CheckEncoding();
  void TakeBody(std::string_view bytes);
  void FinishBody();
  void FailInflating(const Error& error);
  void FailWith(int status, std::string why);

  const ServerLimits& limits_;
  std::unique_ptr<Machine> machine_;
  State state_ = State::kHead;
  std::string head_;
  Request request_;
  bool keep_alive_ = true;
  bool expects_continue_ = false;
  std::unique_ptr<Inflater> inflater_;  // only for a gzipped body
  size_t received_ = 0;                 // body bytes before decompression
  int error_status_ = 0;
  std::string error_;
};

}  // namespace katra::http
