// Whatever lines a client sends, every request is answered once (or cancelled), nothing else is
// answered, and the server goes on. The real dispatcher, tools and store; no threads and no I/O, so
// that an input does the same each time.
//
// An input: one byte of choices (see Choices), then lines.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "mcp_server/rpc/line_framer.h"
#include "mcp_server/rpc/message.h"
#include "mcp_server/server.h"
#include "mcp_server/session_host.h"
#include "tests/fuzz/fuzz_store.h"

namespace katra::testing {
namespace {

using nlohmann::json;

void Require(bool condition, const std::string& what) {
  if (condition) return;
  std::fprintf(stderr, "not so: %s\n", what.c_str());
  std::abort();
}

struct Choices {
  explicit Choices(uint8_t byte)
      : run_at_once((byte & 1U) != 0), ring((byte & 2U) != 0), handshake((byte >> 2U) % 5) {}
  bool run_at_once;  // the store's work is done after each line; else only at the end
  bool ring;         // the bell rings after each line
  size_t handshake;  // which version is agreed on before; 4: none
};

constexpr const char* kVersions[] = {"2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"};

// Real time, and what a test adds to it: the store's deadlines are in real time.
class AdvancingClock final : public Clock {
 public:
  [[nodiscard]] WallTime Now() const override { return system_.Now(); }
  [[nodiscard]] SteadyTime Steady() const override { return system_.Steady() + ahead_; }
  void AdvanceTo(SteadyTime time) {
    if (time > Steady()) ahead_ += time - Steady();
  }

 private:
  SystemClock system_;
  SteadyTime::duration ahead_{0};
};

class QueueExecutor final : public store::Executor {
 public:
  void Post(Lane, std::function<void()> work, std::function<void()> done) override {
    queue_.push_back({std::move(work), std::move(done)});
  }
  // False: there was nothing to do.
  bool RunOne() {
    if (queue_.empty()) return false;
    const Task task = std::move(queue_.front());
    queue_.pop_front();
    task.work();
    task.done();
    return true;
  }

 private:
  struct Task {
    std::function<void()> work;
    std::function<void()> done;
  };
  std::deque<Task> queue_;
};

class SilentLogger final : public Logger {
 public:
  void Log(LogLevel, std::string_view) override {}
  bool Logs(LogLevel) const override { return false; }
};

// What the client sent, as far as it decides what must be answered.
struct Sent {
  std::map<std::string, int> requests;  // by the id's key
  std::set<std::string> unsure;         // cancelled, streams, in a batch: answered or not

  void Note(const std::string& line) {
    const mcp::ParsedLine parsed = mcp::ParseLine(line);
    for (const mcp::Message& message : parsed.messages) {
      if (message.kind == mcp::MessageKind::kRequest) {
        ++requests[message.id.Key()];
        if (parsed.batch || message.method == "subscriptions/listen") {
          unsure.insert(message.id.Key());
        }
      } else if (message.kind == mcp::MessageKind::kInvalid) {
        ++requests[message.id.Key()];
        if (parsed.batch) unsure.insert(message.id.Key());
      } else if (message.method == "notifications/cancelled") {
        const auto found = message.params->find("requestId");
        if (found == message.params->end()) continue;
        if (const auto id = mcp::RequestId::FromJson(*found)) unsure.insert(id->Key());
      }
    }
    if (parsed.batch) ++requests[mcp::RequestId().Key()];  // refused as a whole
    if (parsed.batch) unsure.insert(mcp::RequestId().Key());
  }
};

class Session {
 public:
  Session(FuzzStore& store, const Choices& choices)
      : choices_(choices),
        offering_(Offering()),
        host_(
            [&store](const store::CallContext&) -> Result<std::shared_ptr<store::Store>> {
              // Owned by the fuzzer.
              return std::shared_ptr<store::Store>(&store.store(), [](store::Store*) {});
            },
            Start(), executor_, clock_, logger_),
        server_({.version = "0.0.0"},
                {.offering = offering_, .host = host_, .executor = executor_, .clock = clock_}) {}

  void Run(const std::string& stream) {
    if (choices_.handshake < 4) {
      Send(json{{"jsonrpc", "2.0"},
                {"id", "fuzz-begin"},
                {"method", "initialize"},
                {"params",
                 {{"protocolVersion", kVersions[choices_.handshake]},
                  {"capabilities", json::object()},
                  {"clientInfo", {{"name", "fuzz"}, {"version", "0"}}}}}}
               .dump());
    }
    mcp::LineFramer framer;
    framer.Feed(stream);
    framer.Finish();
    while (const auto line = framer.Next()) Send(std::string(line->text));
    Settle();
    Send(R"({"jsonrpc":"2.0","id":"fuzz-end","method":"ping"})");
    Settle();
    Judge();
    server_.EndInput();
    server_.Abort();
    host_.Close("end of input", [] {});
    while (executor_.RunOne()) {
    }
  }

 private:
  static const mcp::Offering& Offering() {
    static const mcp::Offering offering = mcp::MakeOffering();
    return offering;
  }
  static store::SessionStart Start() {
    store::SessionStart start;
    start.persona = "Sam";
    start.process = CurrentProcess();
    start.host = HostName();
    return start;
  }

  void Send(const std::string& line) {
    while (!server_.WantsInput() && Step()) {
    }
    sent_.Note(line);
    server_.HandleLine(line);
    if (choices_.ring) server_.OnBell();
    while (choices_.run_at_once && Step()) {
    }
    TakeOutput();
  }

  bool Step() {
    const bool ran = executor_.RunOne();
    server_.Continue();
    TakeOutput();
    return ran;
  }

  // Until nothing is in flight, moving the clock to whatever is waited for.
  void Settle() {
    for (int round = 0; round < 10'000; ++round) {
      while (Step()) {
      }
      if (server_.IsIdle()) return;
      const SteadyTime next = server_.NextDeadline();
      Require(next != SteadyTime::max(), "what is in flight has a deadline");
      clock_.AdvanceTo(next);
      server_.Tick(clock_.Steady());
    }
    Require(false, "requests in flight end");
  }

  void TakeOutput() {
    while (const auto line = server_.outbox().Take()) {
      Require(!line->empty() && line->find('\n') == line->size() - 1, "a message is one line");
      Note(json::parse(*line));
      server_.outbox().Written();
    }
  }

  void Note(const json& message) {
    if (message.is_array()) {
      for (const json& part : message) Note(part);
      return;
    }
    Require(message.at("jsonrpc") == "2.0", "jsonrpc is 2.0");
    if (message.contains("method")) {
      Require(!message.contains("id"), "this server asks nothing");
      return;
    }
    Require(message.contains("result") != message.contains("error"), "one of result and error");
    if (message.contains("error")) {
      Require(message["error"].at("code").is_number_integer() &&
                  !message["error"].at("message").get<std::string>().empty(),
              "an error has a code and a message");
    }
    const json id = message.value("id", json());
    const auto known = id.is_null() ? mcp::RequestId() : mcp::RequestId::FromJson(id);
    Require(known.has_value(), "an id is a string or an integer");
    ++answers_[known->Key()];
    if (id == "fuzz-end" && message.contains("result")) ping_answered_ = true;
  }

  void Judge() {
    Require(ping_answered_, "the last ping is answered");
    for (const auto& [key, count] : answers_) {
      const auto asked = sent_.requests.find(key);
      Require(asked != sent_.requests.end(), "nobody asked " + key);
      Require(count <= asked->second, "answered once: " + key);
    }
    for (const auto& [key, count] : sent_.requests) {
      if (sent_.unsure.count(key) != 0) continue;
      const auto answered = answers_.find(key);
      Require(answered != answers_.end() && answered->second == count, "not answered: " + key);
    }
  }

  const Choices choices_;
  const mcp::Offering& offering_;
  AdvancingClock clock_;
  SilentLogger logger_;
  QueueExecutor executor_;
  mcp::SessionHost host_;
  mcp::Server server_;
  Sent sent_;
  std::map<std::string, int> answers_;
  bool ping_answered_ = false;
};

constexpr int kSessionsPerStore = 2'000;  // then a new one, so that it stays small

}  // namespace
}  // namespace katra::testing

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace test = katra::testing;
  static std::unique_ptr<test::FuzzStore> store;
  static int sessions = 0;
  if (size == 0) return 0;
  if (store == nullptr || ++sessions % test::kSessionsPerStore == 0) {
    store = std::make_unique<test::FuzzStore>();
  }
  test::Session session(*store, test::Choices(data[0]));
  session.Run(std::string(data + 1, data + size));
  return 0;
}
