// katra and its short form k: connects the process's streams, environment and store to the
// commands.
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "cli/context.h"
#include "cli/program.h"
#include "core/clock.h"
#include "core/ids.h"
#include "core/process.h"
#include "store/open.h"

namespace katra::cli {
namespace {

// The references are borrowed.
StoreOpener MakeStoreOpener(const Clock& clock, Random& random) {
  return [&clock, &random](const std::string& home, const store::CallContext& call) {
    return store::OpenStore(home, {&clock, &random}, call);
  };
}

std::string WorkingFolder() {
  std::error_code gone;
  const std::string folder = std::filesystem::current_path(gone).string();
  return gone ? "/" : folder;
}

// The path of this program, so that programs that it starts find the same Katra. Empty: unknown.
std::string Executable(const char* invoked_as) {
  std::error_code failed;
  std::filesystem::path path = std::filesystem::read_symlink("/proc/self/exe", failed);
  if (!failed) return path.string();
  path = std::filesystem::canonical(invoked_as, failed);
  return failed ? std::string() : path.string();
}

int Main(int argc, char** argv) {
  KeepMemoryPrivate();  // its environment contains the user's keys
  std::signal(SIGPIPE, SIG_IGN);
  std::ios::sync_with_stdio(false);
  const SystemClock clock;
  SystemRandom random;
  Environment environment = ReadEnvironment();
  const Terminal terminal = DescribeTerminal(environment);
  Context context({.program = KATRA_PROGRAM,
                   .version = KATRA_VERSION,
                   .environment = std::move(environment),
                   .working_folder = WorkingFolder(),
                   .in = std::cin,
                   .out = std::cout,
                   .err = std::cerr,
                   .terminal = terminal,
                   .clock = clock,
                   .random = random,
                   .open_store = MakeStoreOpener(clock, random),
                   .executable = Executable(argc > 0 ? argv[0] : "")});
  const int code = RunProgram({argv + (argc > 0 ? 1 : 0), argv + argc}, context);
  std::cout.flush();
  return code;
}

}  // namespace
}  // namespace katra::cli

int main(int argc, char** argv) { return katra::cli::Main(argc, argv); }
