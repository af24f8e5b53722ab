// The transport on pipes and a real loop. Nobody tells it that a call was finished.
#include "mcp_server/transport/stdio.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "store/executor.h"
#include "tests/support/cpp/catch.h"
#include "tests/unit/mcp_server/protocol_fixture.h"

namespace katra::mcp {
namespace {

// The client's ends of the two pipes, and the server between them.
class Client {
 public:
  Client()
      : loop_(*uv::Loop::Make()),
        executor_(*store::LoopExecutor::Make(*loop_)),
        host_(
            [this](const store::CallContext&) -> Result<std::shared_ptr<store::Store>> {
              return std::shared_ptr<store::Store>(rig_.store);
            },
            store::SessionStart{}, *executor_, clock_, logger_),
        server_(
            {.version = "1.2.3"},
            {.offering = rig_.offering, .host = host_, .executor = *executor_, .clock = clock_}) {
    std::array<int, 2> in{};
    std::array<int, 2> out{};
    REQUIRE(pipe2(in.data(), O_CLOEXEC) == 0);
    REQUIRE(pipe2(out.data(), O_CLOEXEC) == 0);
    to_server_ = in[1];
    transport_ = *StdioTransport::Open(
        {.loop = *loop_, .clock = clock_, .logger = logger_, .server = server_, .host = host_},
        in[0], out[1], [this] { loop_->Stop(); });
    from_server_ = *uv::ByteSource::Open(
        *loop_, out[0],
        {.data = [this](std::string_view bytes) { OnBytes(bytes); }, .end = [](const Status&) {}});
  }

  // Sends the lines, and hangs up when the last request (`last_id`) has its answer. All answers.
  std::vector<json> Talk(const std::vector<json>& messages, int last_id) {
    std::string lines;
    for (const json& message : messages) lines += message.dump() + "\n";
    REQUIRE(write(to_server_, lines.data(), lines.size()) == static_cast<ssize_t>(lines.size()));
    last_id_ = last_id;
    from_server_->Resume();
    transport_->Begin();
    loop_->Run();
    CHECK(executor_->Stop(std::chrono::seconds(10)));
    return answers_;
  }

 private:
  void OnBytes(std::string_view bytes) {
    received_ += bytes;
    for (size_t end = received_.find('\n'); end != std::string::npos; end = received_.find('\n')) {
      answers_.push_back(json::parse(received_.substr(0, end)));
      received_.erase(0, end + 1);
      if (answers_.back().value("id", 0) == last_id_) close(to_server_);
    }
  }

  SystemClock clock_;
  NullLogger logger_;
  Rig rig_;  // for its fake tools
  std::unique_ptr<uv::Loop> loop_;
  std::unique_ptr<store::LoopExecutor> executor_;
  SessionHost host_;
  Server server_;
  std::unique_ptr<StdioTransport> transport_;
  std::unique_ptr<uv::ByteSource> from_server_;
  int to_server_ = -1;
  int last_id_ = 0;
  std::string received_;
  std::vector<json> answers_;
};

json CallTool(int id, const std::string& name, const json& arguments) {
  return {{"jsonrpc", "2.0"},
          {"id", id},
          {"method", "tools/call"},
          {"params", {{"name", name}, {"arguments", arguments}, {"_meta", ModernMeta()}}}};
}

TEST_CASE("what a store thread has finished is written") {
  Client client;
  const auto answers = client.Talk({CallTool(1, "katra_echo", {{"text", "hello"}})}, 1);
  REQUIRE(answers.size() == 1);
  CHECK(Text(answers.front().at("result")) == "echo: hello");
}

TEST_CASE("a call that waits on is answered when its time is up, though it has written nothing") {
  Client client;
  const auto answers = client.Talk({CallTool(1, "katra_hear", {{"wait_seconds", 0.02}})}, 1);
  REQUIRE(answers.size() == 1);
  CHECK(Text(answers.front().at("result")) == "nothing new");
}

TEST_CASE("calls beyond those that may be in flight are started as the others end") {
  Client client;
  std::vector<json> calls;
  const int last = static_cast<int>(Server::kMaxInFlight) + 20;
  for (int id = 1; id <= last; ++id) {
    calls.push_back(CallTool(id, "katra_say", {{"message", std::to_string(id)}}));
  }
  CHECK(client.Talk(calls, last).size() == calls.size());
}

}  // namespace
}  // namespace katra::mcp
