// A server without a process, a store or a clock of its own: lines go in, lines come out, and the
// test says when the store works and when time passes. For the suites of the protocol.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "mcp_server/server.h"
#include "tests/unit/mcp_server/session_store.h"

namespace katra::mcp {

using nlohmann::json;

class ManualClock final : public Clock {
 public:
  [[nodiscard]] WallTime Now() const override {
    return FromUnixMillis(1'700'000'000'000) + passed_;
  }
  [[nodiscard]] SteadyTime Steady() const override { return SteadyTime() + passed_; }
  void Pass(std::chrono::milliseconds time) { passed_ += time; }

 private:
  std::chrono::milliseconds passed_{1};
};

// Works only when it is told to, on the caller's thread.
class ManualExecutor final : public store::Executor {
 public:
  void Post(Lane lane, std::function<void()> work, std::function<void()> done) override;

  // The next job of the lane: its work, and what follows. False: there is none.
  bool RunOne(Lane lane);
  // Only the work: what follows comes with the next RunOne of the lane.
  void WorkOne(Lane lane);
  // All jobs, also those that come meanwhile.
  void RunAll();
  [[nodiscard]] size_t Jobs(Lane lane) const { return Queue(lane).size(); }
  [[nodiscard]] size_t Jobs() const;

 private:
  struct Job {
    std::function<void()> work;
    std::function<void()> done;
  };
  [[nodiscard]] const std::deque<Job>& Queue(Lane lane) const {
    return jobs_.at(static_cast<size_t>(lane));
  }
  std::array<std::deque<Job>, 3> jobs_;
};

class NullLogger final : public Logger {
 public:
  void Log(LogLevel level, std::string_view text) override;
  bool Logs(LogLevel) const override { return false; }
  std::vector<std::string> errors;
};

// What the fake tools and resources show and change.
struct FakeWorld {
  std::vector<std::string> said;                 // 1-based ids
  std::vector<store::MessageId> acknowledged;    // received_through of each hear
  std::map<std::string, std::string> resources;  // uri -> version
  std::vector<std::string> calls;                // tool, and its arguments
  bool throws = false;
};

struct Rig {
  explicit Rig(bool legacy_only = false);

  // A message of the client; then what the store has to do, unless `work` is false.
  void Send(const json& message, bool work = true) { SendLine(message.dump(), work); }
  void SendLine(const std::string& line, bool work = true);
  // Sends a request with the next id.
  int Request(const std::string& method, const json& params = json::object(), bool work = true);
  int CallTool(const std::string& name, const json& arguments, bool work = true);
  // The same, stateless.
  int ModernRequest(const std::string& method, json params = json::object(), bool work = true);
  void Cancel(const json& id, bool work = true);
  void Work();
  void Bell(bool work = true);
  void Pass(std::chrono::milliseconds time);

  void Initialize(const std::string& version = "2025-11-25");

  // All lines that came out since, as if the client had read them.
  std::vector<json> Take();
  // The one line that came out since.
  json TakeOne();
  // The result, or the error's code, of the one line that came out.
  json TakeResult();
  int TakeError();

  // Says something as somebody else would.
  void SomeoneSays(const std::string& text);

  ManualClock clock;
  ManualExecutor executor;
  NullLogger logger;
  FakeWorld world;
  std::shared_ptr<SessionStore> store = std::make_shared<SessionStore>();
  std::optional<Error> open_error;
  SessionHost host;
  Offering offering;
  Server server;
  int last_id = 0;
};

// The members of _meta that make a request stateless.
[[nodiscard]] json ModernMeta();
// The text of a tool's result.
[[nodiscard]] std::string Text(const json& result);
// Those of `lines` that are notifications of `method`.
[[nodiscard]] std::vector<json> Notifications(const std::vector<json>& lines,
                                              const std::string& method);

}  // namespace katra::mcp
