// Follows the decisions of a running gateway (GET /admin/decisions on its admin socket), and waits
// for them, for a signal, or for time to pass. When the gateway has ended, connect again.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "core/http/response_parser.h"
#include "core/result.h"
#include "core/uv/handles.h"
#include "core/uv/loop.h"
#include "core/uv/stdio.h"

namespace katra::cli {

// Used by one thread.
class DecisionFeed {
 public:
  // While it exists, SIGINT, SIGTERM and SIGHUP end Wait() instead of the process.
  static Result<std::unique_ptr<DecisionFeed>> Make();

  // Connects to the admin socket at this path; the gateway's latest decisions come first.
  // kUnavailable: nothing answers there.
  [[nodiscard]] Status Connect(const std::string& socket);
  [[nodiscard]] bool connected() const { return source_ != nullptr; }

  // Waits for decisions, for the end of the connection, for a signal, or until `patience` is over.
  // False: a signal came.
  [[nodiscard]] bool Wait(std::chrono::milliseconds patience);

  // The decisions since the last call, each one JSON object.
  [[nodiscard]] std::vector<std::string> Take();

 private:
  explicit DecisionFeed(std::unique_ptr<uv::Loop> loop) : loop_(std::move(loop)) {}

  void Feed(std::string_view bytes);
  void TakeLines(std::string_view data);
  void Disconnect();

  std::unique_ptr<uv::Loop> loop_;
  std::unique_ptr<uv::Timer> timer_;
  std::vector<std::unique_ptr<uv::Signal>> signals_;
  std::unique_ptr<uv::ByteSource> source_;
  http::ResponseParser parser_;
  std::string line_;  // an incomplete one
  std::vector<std::string> decisions_;
  bool stopped_ = false;
  bool ended_ = false;
};

}  // namespace katra::cli
