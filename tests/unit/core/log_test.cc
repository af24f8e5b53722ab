// The log goes to a real pipe in the place of stderr.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string>

#include "core/log.h"
#include "tests/support/cpp/catch.h"

namespace katra {
namespace {

// While it lives, stderr is a pipe.
class StderrPipe {
 public:
  StderrPipe() : before_(dup(STDERR_FILENO)) {
    REQUIRE(pipe2(ends_.data(), O_CLOEXEC) == 0);
    fcntl(ends_[0], F_SETFL, O_NONBLOCK);
    dup2(ends_[1], STDERR_FILENO);
  }
  ~StderrPipe() {
    dup2(before_, STDERR_FILENO);
    for (const int end : {before_, ends_[0], ends_[1]}) close(end);
  }
  StderrPipe(const StderrPipe&) = delete;
  StderrPipe& operator=(const StderrPipe&) = delete;

  void Fill() {
    fcntl(ends_[1], F_SETFL, O_NONBLOCK);
    const std::string page(4096, 'x');
    while (write(ends_[1], page.data(), page.size()) > 0) {
    }
    fcntl(ends_[1], F_SETFL, 0);
  }
  std::string Drain() {
    std::string text;
    std::array<char, 4096> bytes{};
    for (ssize_t count = 0; (count = read(ends_[0], bytes.data(), bytes.size())) > 0;) {
      text.append(bytes.data(), static_cast<size_t>(count));
    }
    return text;
  }

 private:
  int before_;
  std::array<int, 2> ends_{};
};

TEST_CASE("what a file or a server chose neither steers the terminal nor begins a line") {
  StderrPipe pipe;
  const auto logger = MakeStderrLogger("prog", LogLevel::kInfo);
  logger->Warning("no \"\x1b[31mred\x07\xc2\x9b\xff\"\n2026-11-21 error prog: forged\r\nmore\n");
  const std::string text = pipe.Drain();
  INFO(text);
  CHECK(text.find("no \"\\u{1b}[31mred\\u{7}\\u{9b}") != std::string::npos);
  CHECK(text.find("\n  2026-11-21 error prog: forged\n  more\n") != std::string::npos);
  CHECK(text.find_first_of("\x1b\x07\r\xff") == std::string::npos);
}

TEST_CASE("a line tells its time, level, program and text") {
  StderrPipe pipe;
  const auto logger = MakeStderrLogger("prog", LogLevel::kInfo);
  logger->Warning("something");
  logger->Debug("not this");
  const std::string text = pipe.Drain();
  CHECK(text.find("Z warning prog: something\n") != std::string::npos);
  CHECK(text.find("not this") == std::string::npos);
  CHECK(logger->Logs(LogLevel::kInfo));
  CHECK_FALSE(logger->Logs(LogLevel::kDebug));
}

TEST_CASE("a log that nobody reads keeps nobody waiting, and tells what was left out") {
  StderrPipe pipe;
  const auto logger = MakeStderrLogger("prog", LogLevel::kInfo);
  pipe.Fill();
  logger->Info("one");  // a write would never return
  logger->Info("two");
  pipe.Drain();
  logger->Info("three");
  const std::string text = pipe.Drain();
  CHECK(text.find("nobody read them: 2\n") != std::string::npos);
  CHECK(text.find("three\n") != std::string::npos);
  CHECK(text.find("one") == std::string::npos);
}

TEST_CASE("a line fits into what a pipe takes at once") {
  StderrPipe pipe;
  const auto logger = MakeStderrLogger("prog", LogLevel::kInfo);
  logger->Info(std::string(100'000, 'y'));
  CHECK(pipe.Drain().size() < 4096);
}

}  // namespace
}  // namespace katra
