// gateway_bench --gateway PATH --katra PATH [--nginx PATH] [--ccr CLI_JS] [--node PATH] [--quick]
// [--only forwarding|translation|streams|throughput] [--size "600 B"|"150 KB"|"830 KB"]
// [--at-once 1|16|256] [--json FILE]: measures what is promised of
// the gateway's speed, as ratios against a bare nginx. Judges with "ok" and "short"; no test.
#include <csignal>
#include <cstdio>
#include <exception>
#include <map>
#include <string>
#include <thread>

#include "tests/bench/gateway/measure.h"
#include "tests/bench/gateway/sockets.h"

namespace {

using katra::bench::Field;
using katra::bench::Report;

int Usage() {
  std::fputs(
      "usage: gateway_bench --gateway PATH --katra PATH [--nginx PATH] [--ccr CLI_JS]\n"
      "  [--node PATH] [--quick] [--only forwarding|translation|streams|throughput]\n"
      "  [--size \"600 B\"|\"150 KB\"|\"830 KB\"] [--at-once 1|16|256] [--json FILE]\n",
      stderr);
  return 2;
}

int Measure(std::map<std::string, std::string>& flags, bool quick) {
  using namespace katra::bench;
  const Programs programs{flags["--gateway"], flags["--katra"], flags["--nginx"],
                          flags["--node"].empty() ? "/usr/bin/node" : flags["--node"],
                          flags["--ccr"]};
  // What is measured has the first core; the client and the upstream share the last one.
  const int last = static_cast<int>(std::thread::hardware_concurrency()) - 1;
  RunOnCore(last);
  const Upstream upstream(last);
  const auto direct = Direct(upstream);
  const auto katra = StartKatra(programs, upstream, 0);
  const auto nginx = programs.nginx.empty() ? nullptr : StartNginx(programs, upstream, 0);
  const int at_once = flags["--at-once"].empty() ? 0 : std::stoi(flags["--at-once"]);
  const Field field{direct.get(), nginx.get(),     katra.get(), nullptr,
                    quick,        flags["--size"], at_once};
  const std::string only = flags["--only"];
  Report report;
  if (only.empty() || only == "forwarding") MeasureForwarding(field, &report);
  if (only.empty() || only == "translation") MeasureTranslation(field, &report);
  if (only.empty() || only == "streams") MeasureStreams(field, &report);
  if (!programs.claude_code_router.empty() && (only.empty() || only == "throughput")) {
    const auto router = StartClaudeCodeRouter(programs, upstream, 0);
    Field beside = field;
    beside.router = router.get();
    MeasureThroughput(beside, &report);
  }
  report.Print();
  const std::string json = flags["--json"];
  if (!json.empty() && !report.WriteJson(json, quick)) {
    std::fprintf(stderr, "cannot write %s\n", json.c_str());
    return 1;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::map<std::string, std::string> flags;
  bool quick = false;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--quick") {
      quick = true;
    } else if (argument.starts_with("--") && i + 1 < argc) {
      flags[argument] = argv[++i];
    } else {
      return Usage();
    }
  }
  if (flags["--gateway"].empty() || flags["--katra"].empty()) return Usage();
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return Measure(flags, quick);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "the bench broke off: %s\n", error.what());
    return 1;
  }
}
