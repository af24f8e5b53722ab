// The event loop's handles, with the real loop; nothing here depends on how long anything takes.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "core/uv/handles.h"
#include "core/uv/stdio.h"
#include "tests/support/cpp/catch.h"

namespace katra::uv {
namespace {

std::unique_ptr<Loop> MakeLoop() {
  auto loop = Loop::Make();
  REQUIRE(loop);
  return std::move(*loop);
}

struct TempFile {
  TempFile() {
    const int descriptor = mkstemp(path.data());
    REQUIRE(descriptor >= 0);
    close(descriptor);
  }
  ~TempFile() { unlink(path.c_str()); }
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;

  std::string path = "/tmp/katra_uv_XXXXXX";
};

// Reads all of a descriptor through the loop.
struct Reading {
  std::string bytes;
  bool ended = false;
  Status status;
};

ByteSource::Handler CollectInto(Reading* reading, Loop* loop) {
  return {[reading](std::string_view bytes) { reading->bytes += bytes; },
          [reading, loop](const Status& status) {
            reading->ended = true;
            reading->status = status;
            loop->Stop();
          }};
}

TEST_CASE("a timer fires once, and a stopped one never") {
  const auto loop = MakeLoop();
  int fired = 0;
  Timer timer(*loop, [&] { ++fired; });
  Timer stopped(*loop, [&] { fired += 100; });
  stopped.Start(std::chrono::milliseconds(0));
  stopped.Stop();
  timer.Start(std::chrono::milliseconds(1));
  loop->Run();
  CHECK(fired == 1);
}

TEST_CASE("a callback may destroy its own timer") {
  const auto loop = MakeLoop();
  std::unique_ptr<Timer> timer;
  const auto alive = std::make_shared<int>(1);
  timer = std::make_unique<Timer>(*loop, [&timer, alive] {
    timer.reset();
    REQUIRE(*alive == 1);  // what the callback holds is still there
  });
  timer->Start(std::chrono::milliseconds(0));
  loop->Run();
  CHECK(timer == nullptr);
}

TEST_CASE("another thread wakes the loop") {
  const auto loop = MakeLoop();
  bool woken = false;
  const auto async = Async::Make(*loop, [&] {
    woken = true;
    loop->Stop();
  });
  REQUIRE(async);
  std::thread other([&] { (*async)->Send(); });
  loop->Run();
  other.join();
  CHECK(woken);
}

TEST_CASE("a caught signal runs its callback instead of ending the process") {
  const auto loop = MakeLoop();
  bool caught = false;
  const auto signal = Signal::Catch(*loop, SIGUSR1, [&] {
    caught = true;
    loop->Stop();
  });
  REQUIRE(signal);
  raise(SIGUSR1);
  loop->Run();
  CHECK(caught);
}

TEST_CASE("a file watch tells of writes, and of the file's removal") {
  const auto loop = MakeLoop();
  const TempFile file;
  int changes = 0;
  bool gone = false;
  auto watch = FileWatch::Start(*loop, file.path, [&](bool removed) {
    ++changes;
    gone = gone || removed;
    if (changes == 1 || gone) loop->Stop();
  });
  REQUIRE(watch);
  std::ofstream(file.path) << "x";
  loop->Run();
  CHECK(changes >= 1);
  CHECK_FALSE(gone);
  unlink(file.path.c_str());
  loop->Run();
  CHECK(gone);
}

TEST_CASE("a file that is not there cannot be watched") {
  const auto loop = MakeLoop();
  const auto watch = FileWatch::Start(*loop, "/nonexistent/bell", [](bool) {});
  REQUIRE_FALSE(watch);
  CHECK(watch.error().code == ErrorCode::kNotFound);
}

TEST_CASE("a pipe is read to its end") {
  const auto loop = MakeLoop();
  std::array<int, 2> ends{};
  REQUIRE(pipe(ends.data()) == 0);
  Reading reading;
  auto source = ByteSource::Open(*loop, ends[0], CollectInto(&reading, loop.get()));
  REQUIRE(source);
  (*source)->Resume();
  REQUIRE(write(ends[1], "hello", 5) == 5);
  close(ends[1]);
  loop->Run();
  CHECK(reading.bytes == "hello");
  CHECK(reading.ended);
  CHECK(reading.status);
}

TEST_CASE("a regular file is read to its end, however long") {
  const auto loop = MakeLoop();
  const TempFile file;
  const std::string content(200'000, 'k');
  std::ofstream(file.path) << content;
  Reading reading;
  auto source = ByteSource::Open(*loop, open(file.path.c_str(), O_RDONLY | O_CLOEXEC),
                                 CollectInto(&reading, loop.get()));
  REQUIRE(source);
  (*source)->Resume();
  loop->Run();
  CHECK(reading.bytes == content);
  CHECK(reading.ended);
}

TEST_CASE("a file source may be destroyed while it reads") {
  const auto loop = MakeLoop();
  const TempFile file;
  std::ofstream(file.path) << "content";
  Reading reading;
  auto source = ByteSource::Open(*loop, open(file.path.c_str(), O_RDONLY | O_CLOEXEC),
                                 CollectInto(&reading, loop.get()));
  REQUIRE(source);
  (*source)->Resume();
  source->reset();
  loop->Run();
  CHECK(reading.bytes.empty());
  CHECK_FALSE(reading.ended);
}

TEST_CASE("a paused source reads nothing until it is resumed") {
  const auto loop = MakeLoop();
  std::array<int, 2> ends{};
  REQUIRE(pipe(ends.data()) == 0);
  REQUIRE(write(ends[1], "early", 5) == 5);
  Reading reading;
  auto source = ByteSource::Open(*loop, ends[0], CollectInto(&reading, loop.get()));
  REQUIRE(source);
  (*source)->Resume();
  (*source)->Pause();
  loop->RunReady();
  CHECK(reading.bytes.empty());
  (*source)->Resume();
  close(ends[1]);
  loop->Run();
  CHECK(reading.bytes == "early");
}

TEST_CASE("a sink keeps what a slow reader has not taken, and says when it is gone") {
  const auto loop = MakeLoop();
  std::array<int, 2> ends{};
  REQUIRE(pipe(ends.data()) == 0);
  int finished = 0;
  auto sink = ByteSink::Open(*loop, ends[1], [&](const Status& status) {
    CHECK(status);
    ++finished;
  });
  REQUIRE(sink);
  const std::string large(1'000'000, 'm');
  CHECK((*sink)->Write("small").value() == ByteSink::Progress::kWritten);
  CHECK((*sink)->Write(large).value() == ByteSink::Progress::kPending);
  Reading reading;
  auto source = ByteSource::Open(*loop, ends[0], CollectInto(&reading, loop.get()));
  REQUIRE(source);
  (*source)->Resume();
  while (finished == 0) loop->RunReady();
  while (reading.bytes.size() < large.size() + 5) loop->RunReady();
  CHECK(finished == 1);
  CHECK(reading.bytes == "small" + large);
}

TEST_CASE("writing to whom nobody reads is an error, not the end of the process") {
  const auto ignored = std::signal(SIGPIPE, SIG_IGN);
  const auto loop = MakeLoop();
  std::array<int, 2> ends{};
  REQUIRE(pipe(ends.data()) == 0);
  close(ends[0]);
  auto sink = ByteSink::Open(*loop, ends[1], [](const Status&) {});
  REQUIRE(sink);
  const auto written = (*sink)->Write("hello");
  REQUIRE_FALSE(written);
  CHECK(written.error().code == ErrorCode::kCancelled);
  std::signal(SIGPIPE, ignored);
}

TEST_CASE("a socket and a regular file are written to as well") {
  const auto loop = MakeLoop();
  std::array<int, 2> ends{};
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
  auto sink = ByteSink::Open(*loop, ends[1], [](const Status&) {});
  REQUIRE(sink);
  CHECK((*sink)->Write("socket").value() == ByteSink::Progress::kWritten);
  std::array<char, 6> received{};
  CHECK(read(ends[0], received.data(), received.size()) == 6);
  close(ends[0]);

  const TempFile file;
  const int descriptor = open(file.path.c_str(), O_WRONLY | O_CLOEXEC);
  auto to_file = ByteSink::Open(*loop, descriptor, [](const Status&) {});
  REQUIRE(to_file);
  CHECK((*to_file)->Write("file").value() == ByteSink::Progress::kWritten);
  std::string content;
  std::ifstream(file.path) >> content;
  CHECK(content == "file");
  close(descriptor);
}

TEST_CASE("descriptors that are shared with others stay blocking") {
  std::array<int, 2> ends{};
  REQUIRE(pipe(ends.data()) == 0);
  const int shared = dup(ends[0]);
  {
    const auto loop = MakeLoop();
    Reading reading;
    auto source = ByteSource::Open(*loop, ends[0], CollectInto(&reading, loop.get()));
    REQUIRE(source);
  }
  CHECK((fcntl(shared, F_GETFL) & O_NONBLOCK) == 0);
  close(shared);
  close(ends[1]);
}

}  // namespace
}  // namespace katra::uv
