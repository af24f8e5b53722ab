// Bytes in, one request out: llhttp behind checks of its own for what llhttp 8 lets through (bare
// line feeds, folded headers). No I/O; the fuzzer feeds it.
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

  // Takes bytes of one request and says how many. Returns early when the head has just been
  // completed, so that the caller may look at it; and at the end of the request.
  size_t Feed(std::string_view bytes);
  // Forgets the request and waits for the next one.
  void Reset();
  // Gives the memory back: nothing more will be fed.
  void Drop();

  [[nodiscard]] State state() const { return state_; }
  // Something of a request has come in.
  [[nodiscard]] bool begun() const { return state_ != State::kHead || !head_.empty(); }
  [[nodiscard]] Request& request() { return request_; }
  [[nodiscard]] bool keep_alive() const { return keep_alive_; }
  [[nodiscard]] bool expects_continue() const { return expects_continue_; }

  // Bytes of a head that is not complete.
  [[nodiscard]] size_t head_bytes() const { return head_.size(); }
  // Of the body, when it is gzipped: what was inflated so far.
  [[nodiscard]] size_t inflated_bytes() const { return inflater_ ? inflater_->bytes() : 0; }

  // When kFailed: the status to answer, and why.
  [[nodiscard]] int error_status() const { return error_status_; }
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  struct Machine;  // llhttp's

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
  std::unique_ptr<Inflater> inflater_;  // of a gzipped body
  size_t received_ = 0;                 // of the body, before it is inflated
  int error_status_ = 0;
  std::string error_;
};

}  // namespace katra::http
