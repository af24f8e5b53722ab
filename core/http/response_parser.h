// Bytes of a connection in, one reply out: llhttp with our limits. No I/O; the fuzzer feeds it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/http/message.h"

namespace katra::http {

class ResponseParser {
 public:
  enum class State { kHead, kBody, kDone, kFailed };
  // What one Feed has brought. `data` is borrowed until the next one.
  struct News {
    bool head = false;  // it was completed: status() and headers() are there
    std::string_view data;
  };

  ResponseParser();
  ~ResponseParser();
  ResponseParser(const ResponseParser&) = delete;
  ResponseParser& operator=(const ResponseParser&) = delete;

  // Waits for the reply to a request; `head_only`: to HEAD, whose reply has no body.
  void Reset(bool head_only);
  // Interim replies (1xx) are passed over.
  News Feed(std::string_view bytes);
  // The connection has ended. True when that is how this reply ends: it is complete.
  bool Finish();

  [[nodiscard]] State state() const { return state_; }
  // Something of a reply has come in.
  [[nodiscard]] bool begun() const { return begun_; }
  [[nodiscard]] int status() const;
  [[nodiscard]] const Headers& headers() const { return headers_; }
  // When kDone: the connection can serve another request.
  [[nodiscard]] bool reusable() const { return reusable_; }
  // When kFailed.
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  struct Machine;  // llhttp's

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
  std::string gathered_;  // data of several chunks
  std::string error_;
};

}  // namespace katra::http
