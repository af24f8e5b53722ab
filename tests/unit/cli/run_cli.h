// Runs the commands in memory: no process, no terminal; the store is a real one in a home of the
// test's own. Knows no command.
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/program.h"
#include "core/clock.h"
#include "core/ids.h"
#include "store/open.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::cli::testing {

struct Outcome {
  int code = -1;
  std::string out;
  std::string err;
};

// What a run is given. The home is the test's; HOME is beside it.
struct Setting {
  Environment environment;
  std::string input;
  Terminal terminal;
  std::string program = "katra";
};

inline Outcome RunCli(const katra::testing::TempHome& home,
                      const std::vector<std::string>& arguments, const Setting& setting = {}) {
  const SystemClock clock;
  SystemRandom random;
  std::istringstream in(setting.input);
  std::ostringstream out;
  std::ostringstream err;
  Environment environment = setting.environment;
  environment.emplace("KATRA_HOME", home.path());
  environment.emplace("HOME", home.path() + "-user");
  Context context({.program = setting.program,
                   .version = "1.2.3",
                   .environment = environment,
                   .working_folder = home.path(),
                   .in = in,
                   .out = out,
                   .err = err,
                   .terminal = setting.terminal,
                   .clock = clock,
                   .random = random,
                   .open_store =
                       [&](const std::string& path, const store::CallContext& call) {
                         return store::OpenStore(path, {&clock, &random}, call);
                       },
                   .executable = "/usr/bin/katra"});
  Outcome outcome;
  outcome.code = RunProgram(arguments, context);
  outcome.out = out.str();
  outcome.err = err.str();
  return outcome;
}

inline bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace katra::cli::testing
