// An incremental parser of one HTTP response: llhttp with limits. No I/O; fuzzed.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/http/message.h"

namespace katra::http {

class ResponseParser {
 public:
  enum class State { kHead, kBody, kDone, kFailed };
  // The result of one Feed(). `data` is valid until the next one.
  struct News {
    bool head = false;  // the head is now complete: status() and headers() are valid
    std::string_view data;
  };

  ResponseParser();
  ~ResponseParser();
  ResponseParser(const ResponseParser&) = delete;
  ResponseParser& operator=(const ResponseParser&) = delete;

  // Starts over for the response to the next request. `head_only`: the request was HEAD, so the
  // response has no body.
  void Reset(bool head_only);
  // Skips interim responses (1xx).
  News Feed(std::string_view bytes);
  // Called when the connection has ended. True if the response is complete, because the end of the
  // connection marks the end of its body.
  bool Finish();

  [[nodiscard]] State state() const { return state_; }
  // Whether any byte of a response has arrived.
  [[nodiscard]] bool begun() const { return begun_; }
  [[nodiscard]] int status() const;
  [[nodiscard]] const Headers& headers() const { return headers_; }
  // In state kDone: whether the connection can be used again.
  [[nodiscard]] bool reusable() const { return reusable_; }
  // In state kFailed: the reason.
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  struct Machine;  // llhttp's state

  void TakeData(std::string_view bytes);
  void FailWith(std::string why);

  std::unique_ptr<Machine> machine_;
  State state_ = State::kHead;
  bool begun_ = false;
  bool head_only_ = false;
  bool reusable_ = false;
  Headers headers_;
  size_t head_bytes_ = 0;
  News news_;
  std::string gathered_;  // data of several chunks of one Feed()
  std::string error_;
};

}  // namespace katra::http
