#include "cli/sessions/subprocess.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

namespace katra::cli {
namespace {

constexpr size_t kMaxOutputBytes = 4 * 1024 * 1024;
constexpr int kCannotStart = 127;
// How often to check whether a child that closed its streams has exited.
constexpr int kLookMillis = 10;

std::string Why(int error) { return std::generic_category().message(error); }

std::vector<char*> Pointers(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

// argv and envp of a program, kept alive while it is started.
class Image {
 public:
  explicit Image(const ProcessSpec& spec)
      : program_(spec.program), folder_(spec.folder), words_(spec.arguments) {
    words_.insert(words_.begin(), spec.program);
    for (const auto& [name, value] : spec.environment) pairs_.push_back(name + "=" + value);
    argv_ = Pointers(words_);
    envp_ = Pointers(pairs_);
  }

  // errno of the failed call.
  int Execute() {
    if (!folder_.empty() && chdir(folder_.c_str()) != 0) return errno;
    // Ignored signals would also be ignored by the new program.
    std::signal(SIGPIPE, SIG_DFL);
    execve(program_.c_str(), argv_.data(), envp_.data());
    return errno;
  }

 private:
  std::string program_;
  std::string folder_;
  std::vector<std::string> words_;
  std::vector<std::string> pairs_;
  std::vector<char*> argv_;
  std::vector<char*> envp_;
};

struct Pipe {
  int read = -1;
  int write = -1;

  bool Open() {
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0) return false;
    read = ends[0];
    write = ends[1];
    fcntl(read, F_SETFD, FD_CLOEXEC);
    fcntl(write, F_SETFD, FD_CLOEXEC);
    return true;
  }
  static void Close(int* end) {
    if (*end >= 0) close(*end);
    *end = -1;
  }
  ~Pipe() {
    Close(&read);
    Close(&write);
  }
};

// Runs in the child; never returns.
[[noreturn]] void Become(Image& image, const Pipe& in, const Pipe& out, const Pipe& err) {
  dup2(in.read, STDIN_FILENO);
  dup2(out.write, STDOUT_FILENO);
  dup2(err.write, STDERR_FILENO);
  image.Execute();
  _exit(kCannotStart);
}

// Reads what is available. False: the stream has ended.
bool Take(int descriptor, std::string* text) {
  std::array<char, 16'384> piece{};
  const ssize_t got = read(descriptor, piece.data(), piece.size());
  if (got < 0) return errno == EINTR || errno == EAGAIN;
  if (got == 0) return false;
  if (text->size() < kMaxOutputBytes) text->append(piece.data(), static_cast<size_t>(got));
  return true;
}

using SteadyClock = std::chrono::steady_clock;

int MillisUntil(SteadyClock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - SteadyClock::now());
  return left.count() > 0 ? static_cast<int>(left.count()) : 0;
}

// While it exists, writing to a program that does not read fails instead of ending this process.
class WithoutPipeSignal {
 public:
  WithoutPipeSignal() : before_(std::signal(SIGPIPE, SIG_IGN)) {}
  ~WithoutPipeSignal() {
    if (before_ != SIG_ERR) std::signal(SIGPIPE, before_);
  }
  WithoutPipeSignal(const WithoutPipeSignal&) = delete;
  WithoutPipeSignal& operator=(const WithoutPipeSignal&) = delete;

 private:
  void (*before_)(int);
};

// Writes what the pipe can take from the front of `input`. False: there is no more to write.
bool Put(int descriptor, std::string_view* input) {
  const ssize_t put = write(descriptor, input->data(), input->size());
  if (put < 0) return errno == EINTR || errno == EAGAIN;  // else: it does not read
  input->remove_prefix(static_cast<size_t>(put));
  return !input->empty();
}

// Writes `input` and reads both streams to their ends. False: timeout.
bool Exchange(std::string_view input, Pipe& in, Pipe& out, Pipe& err,
              SteadyClock::time_point deadline, ProcessOutcome* outcome) {
  const WithoutPipeSignal ignored;
  if (input.empty()) Pipe::Close(&in.write);
  while (out.read >= 0 || err.read >= 0) {
    std::array<pollfd, 3> watched = {
        {{out.read, POLLIN, 0}, {err.read, POLLIN, 0}, {in.write, POLLOUT, 0}}};
    const int ready = poll(watched.data(), watched.size(), MillisUntil(deadline));
    if (ready == 0) return false;
    if (ready < 0 && errno != EINTR) return false;
    if (watched[0].revents != 0 && !Take(out.read, &outcome->out)) Pipe::Close(&out.read);
    if (watched[1].revents != 0 && !Take(err.read, &outcome->err)) Pipe::Close(&err.read);
    if (watched[2].revents != 0 && !Put(in.write, &input)) Pipe::Close(&in.write);
  }
  return true;
}

// False: timeout.
bool Reap(pid_t child, SteadyClock::time_point deadline, int* status) {
  for (;;) {
    const pid_t reaped = waitpid(child, status, WNOHANG);
    if (reaped == child) return true;
    if (reaped < 0 && errno != EINTR) return true;
    if (MillisUntil(deadline) == 0) return false;
    poll(nullptr, 0, kLookMillis);
  }
}

}  // namespace

Error ReplaceProcess(const ProcessSpec& spec) {
  Image image(spec);
  const int error = image.Execute();
  return Fail(ErrorCode::kUnavailable,
              spec.program + " cannot be started: " + Why(error) + "; check that it runs by itself")
      .value();
}

Status StartDetached(const ProcessSpec& spec) {
  Image image(spec);
  const pid_t child = fork();
  if (child < 0) {
    return Fail(ErrorCode::kResourceExhausted, "no process could be created: " + Why(errno));
  }
  if (child == 0) {
    // The second fork leaves it to init, and its parent need not wait for it.
    setsid();
    if (fork() != 0) _exit(0);
    const int nothing = open("/dev/null", O_RDWR);
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(nothing, stream);
    image.Execute();
    _exit(kCannotStart);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return {};
}

Result<ProcessOutcome> RunProcess(const ProcessSpec& spec, std::chrono::milliseconds patience) {
  const auto deadline = SteadyClock::now() + patience;
  Pipe in;
  Pipe out;
  Pipe err;
  if (!in.Open() || !out.Open() || !err.Open()) {
    return Fail(ErrorCode::kResourceExhausted, "no pipe could be created: " + Why(errno));
  }
  Image image(spec);
  const pid_t child = fork();
  if (child < 0) {
    return Fail(ErrorCode::kResourceExhausted, "no process could be created: " + Why(errno));
  }
  if (child == 0) Become(image, in, out, err);
  Pipe::Close(&in.read);
  fcntl(in.write, F_SETFL, O_NONBLOCK);
  Pipe::Close(&out.write);
  Pipe::Close(&err.write);
  ProcessOutcome outcome;
  int status = 0;
  if (!Exchange(spec.input, in, out, err, deadline, &outcome) || !Reap(child, deadline, &status)) {
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    return Fail(ErrorCode::kDeadlineExceeded,
                spec.program + " did not end within " + std::to_string(patience.count()) + " ms");
  }
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (outcome.exit_code == kCannotStart && outcome.out.empty() && outcome.err.empty()) {
    return Fail(ErrorCode::kUnavailable,
                spec.program + " cannot be started: check that it runs by itself");
  }
  return outcome;
}

Result<int> RunInTerminal(const ProcessSpec& spec) {
  Image image(spec);
  const pid_t child = fork();
  if (child < 0) {
    return Fail(ErrorCode::kResourceExhausted, "no process could be created: " + Why(errno));
  }
  if (child == 0) {
    // libuv leaves a terminal that it has read set to be closed here.
    for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream) fcntl(stream, F_SETFD, 0);
    image.Execute();
    _exit(kCannotStart);
  }
  const auto interrupt = std::signal(SIGINT, SIG_IGN);
  const auto quit = std::signal(SIGQUIT, SIG_IGN);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  std::signal(SIGINT, interrupt);
  std::signal(SIGQUIT, quit);
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (code == kCannotStart) {
    return Fail(ErrorCode::kUnavailable,
                spec.program + " cannot be started: check that it runs by itself");
  }
  return code;
}

}  // namespace katra::cli
