// Programs run on the loop: their ends, their output, and what is killed.
#include "core/uv/process.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "tests/support/cpp/catch.h"

namespace katra::uv {
namespace {

using How = ProcessEnd::How;

std::unique_ptr<Loop> MakeLoop() {
  auto loop = Loop::Make();
  REQUIRE(loop);
  return std::move(*loop);
}

ProcessRun Shell(const std::string& text) {
  ProcessRun run;
  run.words = {"/bin/sh", "-c", text};
  run.environment = {"PATH=/usr/bin:/bin", "WORD=from here"};
  return run;
}

ProcessEnd RunToEnd(const ProcessRun& run) {
  const auto loop = MakeLoop();
  ProcessEnd got;
  bool ended = false;
  const auto process = Process::Start(*loop, run, [&](ProcessEnd end) {
    got = std::move(end);
    ended = true;
    loop->Stop();
  });
  CHECK_FALSE(ended);
  loop->Run();
  REQUIRE(ended);
  return got;
}

TEST_CASE("a program's output, errors and exit code come back") {
  const ProcessEnd end = RunToEnd(Shell("echo \"$WORD\"; echo trouble >&2; pwd; cat; exit 7"));
  CHECK(end.how == How::kEnded);
  CHECK(end.exit_code == 7);
  CHECK(end.out == "from here\n/\n");
  CHECK(end.err == "trouble\n");
  CHECK(RunToEnd(Shell("kill -TERM $$")).exit_code == 128 + SIGTERM);
}

TEST_CASE("a program is found in the PATH of its own environment") {
  ProcessRun run = Shell("");
  run.words = {"echo", "a b", "$WORD"};
  CHECK(RunToEnd(run).out == "a b $WORD\n");
}

TEST_CASE("what cannot be started is told, and never from within the start") {
  for (const char* program : {"/no/such/program", "no-such-program", "/etc/passwd", "/"}) {
    INFO(program);
    ProcessRun run = Shell("");
    run.words = {program};
    const ProcessEnd end = RunToEnd(run);
    CHECK(end.how == How::kNotStarted);
    CHECK_FALSE(end.why.empty());
  }
}

TEST_CASE("output is bounded: too much ends the run, too many errors are left out") {
  ProcessRun run = Shell("yes | head -c 300000; sleep 100");
  run.max_out_bytes = 1000;
  const ProcessEnd end = RunToEnd(run);
  CHECK(end.how == How::kTooLong);
  CHECK(end.out.size() == 1000);
  run = Shell("yes | head -c 300000 >&2; echo done");
  run.max_err_bytes = 1000;
  const ProcessEnd quiet = RunToEnd(run);
  CHECK(quiet.how == How::kEnded);
  CHECK(quiet.err.size() == 1000);
  CHECK(quiet.out == "done\n");
}

TEST_CASE("a program that takes too long is killed with what it has started") {
  // Open for writing as long as one of them lives.
  std::string folder = "/tmp/katra_process_XXXXXX";
  REQUIRE(mkdtemp(folder.data()) != nullptr);
  const std::string fifo = folder + "/fifo";
  REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  const int reader = open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  REQUIRE(reader >= 0);
  ProcessRun run = Shell("exec 3> " + fifo + "; sleep 1000 & echo begun; wait");
  run.timeout = std::chrono::milliseconds(300);
  CHECK(RunToEnd(run).how == How::kTimedOut);
  fcntl(reader, F_SETFL, 0);
  char byte = 0;
  CHECK(read(reader, &byte, 1) == 0);  // waits for the last one's end
  close(reader);
  unlink(fifo.c_str());
  rmdir(folder.c_str());
}

TEST_CASE("what a program leaves behind with its output open is not waited for") {
  ProcessRun run = Shell("sleep 30 & echo $!");
  const ProcessEnd end = RunToEnd(run);
  CHECK(end.how == How::kEnded);
  CHECK(end.exit_code == 0);
  kill(std::stoi(end.out), SIGKILL);
}

TEST_CASE("a run that is dropped is killed and tells nothing") {
  const auto loop = MakeLoop();
  bool told = false;
  auto process = Process::Start(*loop, Shell("exec sleep 1000"), [&](ProcessEnd) { told = true; });
  process.reset();
  loop->Run();  // until it was reaped
  CHECK_FALSE(told);
}

TEST_CASE("the callback may destroy the run") {
  const auto loop = MakeLoop();
  std::unique_ptr<Process> process;
  int told = 0;
  process = Process::Start(*loop, Shell("echo hi"), [&](const ProcessEnd& end) {
    ++told;
    CHECK(end.out == "hi\n");
    process.reset();
  });
  loop->Run();
  CHECK(told == 1);
}

}  // namespace
}  // namespace katra::uv
