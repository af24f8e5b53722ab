// A user as a command sees one: folders, files, programs in PATH, an environment and a terminal.
// Everything lies in one temporary folder. Runs commands in memory; knows none.
#pragma once

#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/program.h"
#include "core/clock.h"
#include "core/ids.h"
#include "store/open.h"
#include "tests/support/cpp/temp_home.h"
#include "tests/unit/cli/run_cli.h"

namespace katra::cli::testing {

// The day stands still until a test moves it; deadlines are real ones, as the store keeps them.
class TestClock final : public Clock {
 public:
  // 2026-11-21T12:00:00Z.
  static constexpr int64_t kNoonMillis = 1'795'262'400'000;

  [[nodiscard]] WallTime Now() const override { return FromUnixMillis(millis_); }
  [[nodiscard]] SteadyTime Steady() const override {
    return std::chrono::steady_clock::now() + looks_++ * step_;
  }
  void Advance(std::chrono::milliseconds by) { millis_ += by.count(); }
  // From now on, each look at the monotonic clock finds it `by` later: long waits end at once.
  void StepAtEachLook(std::chrono::hours by) { step_ = by; }

 private:
  int64_t millis_ = kNoonMillis;
  mutable std::atomic<int> looks_ = 0;
  std::chrono::hours step_{0};
};

class TestUser {
 public:
  // What a test may change before it makes a context.
  Environment environment;
  Terminal terminal;
  std::string input;
  std::string program = "katra";
  TestClock clock;
  SystemRandom random;

  TestUser() {
    for (const char* folder : {"katra", "user", "work", "bin"}) mkdir(Path(folder).c_str(), 0700);
    environment = {
        {"KATRA_HOME", home()}, {"HOME", Path("user")}, {"PATH", Path("bin") + ":/usr/bin:/bin"}};
  }

  // "katra/x" is of Katra's home, "user/x" of the user's, "work/x" of the working folder.
  [[nodiscard]] std::string Path(const std::string& name) const { return box_.File(name); }
  [[nodiscard]] std::string home() const { return Path("katra"); }

  void Write(const std::string& name, const std::string& text, mode_t mode = 0600) {
    const std::string path = Path(name);
    for (size_t at = path.find('/', box_.path().size() + 1); at != std::string::npos;
         at = path.find('/', at + 1)) {
      mkdir(path.substr(0, at).c_str(), 0700);
    }
    std::ofstream(path) << text;
    chmod(path.c_str(), mode);
  }
  // A program in PATH.
  void Install(const std::string& name, const std::string& script) {
    Write("bin/" + name, "#!/bin/sh\n" + script + "\n", 0700);
  }
  [[nodiscard]] std::string Read(const std::string& name) const {
    std::ifstream file(Path(name));
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  [[nodiscard]] bool Has(const std::string& name) const {
    return std::filesystem::exists(Path(name));
  }
  [[nodiscard]] unsigned Mode(const std::string& name) const {
    struct stat found {};
    return stat(Path(name).c_str(), &found) == 0 ? found.st_mode & 07777U : 0;
  }
  [[nodiscard]] std::vector<std::string> Files(const std::string& folder) const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(Path(folder))) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }

  // Borrows from this object. Each has a store of its own.
  Context Make() {
    in_ = std::istringstream(input);
    return Context({.program = program,
                    .version = "1.2.3",
                    .environment = environment,
                    .working_folder = Path("work"),
                    .in = in_,
                    .out = out_,
                    .err = err_,
                    .terminal = terminal,
                    .clock = clock,
                    .random = random,
                    .open_store =
                        [this](const std::string& path, const store::CallContext& call) {
                          return store::OpenStore(path, {&clock, &random}, call);
                        },
                    .executable = Path("bin/katra")});
  }

  Outcome Run(const std::vector<std::string>& arguments) {
    out_.str("");
    err_.str("");
    Context context = Make();
    const int code = RunProgram(arguments, context);
    return {code, out(), err()};
  }

  // What was printed since the last Run, or since the beginning.
  [[nodiscard]] std::string out() const { return out_.str(); }
  [[nodiscard]] std::string err() const { return err_.str(); }

 private:
  katra::testing::TempHome box_;
  std::istringstream in_;
  std::ostringstream out_;
  std::ostringstream err_;
};

}  // namespace katra::cli::testing
