// What takes as long as the server's patience: half a minute.
#include <string>

#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/database_probe.h"
#include "tests/support/cpp/server_process.h"
#include "tests/support/cpp/stuck_writer.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::testing {
namespace {

TEST_CASE("a write behind a stuck writer ends with a clear error, and the next one is made") {
  const TempHome home;
  ServerOptions options;
  options.home = home.path();
  options.persona = "Sam";
  const auto sam = ServerProcess::Start(options);
  sam->CallJson("katra_whoami", nlohmann::json::object());
  ToolReply reply;
  {
    const StuckWriter stuck(home.path());
    reply = sam->CallTool("katra_say", {{"message", "too late"}});
  }
  CHECK(reply.is_error);
  CHECK(reply.text.find("SQLITE_BUSY") == std::string::npos);
  CHECK(reply.text.find("again") != std::string::npos);
  CHECK(QueryValue(home.database(), "SELECT count(*) FROM messages") == "0");
  CHECK(sam->CallTool("katra_say", {{"message", "now"}}).ok());
}

}  // namespace
}  // namespace katra::testing
