// Pipes, fork and exec; the waiting is poll(2) with the caller's deadline.
#include "tests/support/cpp/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <stdexcept>

extern char** environ;

namespace katra::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

[[noreturn]] void Refused(const char* what) {
  throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

void CloseFd(int* descriptor) {
  if (*descriptor >= 0) close(*descriptor);
  *descriptor = -1;
}

// No other child may inherit an end: it would keep the pipe open after its owner has gone.
void MakePipe(int ends[2]) {
#ifdef __linux__
  if (pipe2(ends, O_CLOEXEC) != 0) Refused("pipe");
#else
  if (pipe(ends) != 0) Refused("pipe");
  fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  fcntl(ends[1], F_SETFD, FD_CLOEXEC);
#endif
}

std::vector<std::string> MakeEnvironment(const ChildOptions& options) {
  std::vector<std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string variable = *entry;
    const std::string name = variable.substr(0, variable.find('='));
    const bool unset =
        std::find(options.unset.begin(), options.unset.end(), name) != options.unset.end();
    if (!unset && options.environment.count(name) == 0) variables.push_back(variable);
  }
  for (const auto& [name, value] : options.environment) variables.push_back(name + "=" + value);
  return variables;
}

std::vector<char*> Pointers(std::vector<std::string>* strings) {
  std::vector<char*> pointers;
  for (std::string& string : *strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

milliseconds Left(steady_clock::time_point until) {
  return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(until - steady_clock::now()));
}

}  // namespace

std::unique_ptr<ChildProcess> ChildProcess::Start(const ChildOptions& options) {
  signal(SIGPIPE, SIG_IGN);  // a child that has gone is a result of write(2), not the test's end
  std::unique_ptr<ChildProcess> child(new ChildProcess());
  child->err_ = std::tmpfile();
  if (child->err_ == nullptr) Refused("temporary file");

  std::vector<std::string> arguments = options.arguments;
  arguments.insert(arguments.begin(), options.program);
  std::vector<std::string> environment = MakeEnvironment(options);
  std::vector<char*> argv = Pointers(&arguments);
  std::vector<char*> envp = Pointers(&environment);
  int input[2];
  int output[2];
  MakePipe(input);
  MakePipe(output);

  // A signal for the child may come before exec: it must not meet the test's own handlers.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  // Between fork and exec only calls that are safe after a fork of a threaded process.
  const pid_t pid = fork();
  if (pid != 0) pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) Refused("fork");
  if (pid == 0) {
    for (const int number : {SIGINT, SIGTERM, SIGABRT, SIGSEGV, SIGFPE, SIGILL, SIGPIPE}) {
      signal(number, SIG_DFL);
    }
    sigset_t none;
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, nullptr);
    dup2(input[0], STDIN_FILENO);
    dup2(output[1], STDOUT_FILENO);
    dup2(fileno(child->err_), STDERR_FILENO);
    if (options.user && (setgid(*options.user) != 0 || setuid(*options.user) != 0)) _exit(126);
    if (!options.working_folder.empty() && chdir(options.working_folder.c_str()) != 0) _exit(126);
    execve(argv[0], argv.data(), envp.data());
    _exit(127);
  }
  child->pid_ = pid;
  child->in_ = input[1];
  child->out_ = output[0];
  CloseFd(&input[0]);
  CloseFd(&output[1]);
  fcntl(child->in_, F_SETFL, O_NONBLOCK);
  fcntl(child->out_, F_SETFL, O_NONBLOCK);
  return child;
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0 && !status_) {
    kill(pid_, SIGKILL);
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
  }
  CloseFd(&in_);
  CloseFd(&out_);
  if (err_ != nullptr) std::fclose(err_);
}

bool ChildProcess::WaitFor(int descriptor, short events, steady_clock::time_point until) const {
  pollfd entry = {descriptor, events, 0};
  for (;;) {
    const int ready = poll(&entry, 1, static_cast<int>(Left(until).count()));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

size_t ChildProcess::Write(std::string_view bytes, milliseconds timeout) {
  const auto until = steady_clock::now() + timeout;
  size_t taken = 0;
  while (taken < bytes.size() && in_ >= 0) {
    const ssize_t n = write(in_, bytes.data() + taken, bytes.size() - taken);
    if (n >= 0) {
      taken += static_cast<size_t>(n);
    } else if (errno == EAGAIN) {
      if (!WaitFor(in_, POLLOUT, until)) break;
    } else if (errno != EINTR) {
      break;
    }
  }
  return taken;
}

std::optional<std::string> ChildProcess::ReadLine(milliseconds timeout) {
  const auto until = steady_clock::now() + timeout;
  size_t searched = line_start_;
  for (;;) {
    const size_t newline = buffer_.find('\n', searched);
    if (newline != std::string::npos) {
      std::string line = buffer_.substr(line_start_, newline - line_start_);
      line_start_ = newline + 1;
      return line;
    }
    buffer_.erase(0, line_start_);
    line_start_ = 0;
    searched = buffer_.size();
    if (ended_) {
      buffer_.clear();  // what a killed child could not finish is no line
      return std::nullopt;
    }
    char piece[65536];
    const ssize_t n = read(out_, piece, sizeof piece);
    if (n > 0) {
      buffer_.append(piece, static_cast<size_t>(n));
    } else if (n == 0) {
      ended_ = true;
    } else if (errno == EAGAIN) {
      if (!WaitFor(out_, POLLIN, until)) return std::nullopt;
    } else if (errno != EINTR) {
      ended_ = true;
    }
  }
}

void ChildProcess::CloseInput() { CloseFd(&in_); }

void ChildProcess::Signal(int signal) const {
  if (pid_ > 0 && !status_) kill(pid_, signal);
}

std::optional<int> ChildProcess::WaitExit(milliseconds timeout) {
  const auto until = steady_clock::now() + timeout;
  while (!status_) {
    int status = 0;
    const pid_t ended = waitpid(pid_, &status, WNOHANG);
    if (ended == pid_) {
      status_ = status;
    } else if (ended < 0 && errno != EINTR) {
      Refused("waitpid");
    } else if (steady_clock::now() >= until) {
      return std::nullopt;
    } else {
      poll(nullptr, 0, 1);  // the end of a child is no file: look each millisecond
    }
  }
  return status_;
}

std::string ChildProcess::ErrorOutput() const {
  std::string text;
  char piece[4096];
  ssize_t n = 0;
  while ((n = pread(fileno(err_), piece, sizeof piece, static_cast<off_t>(text.size()))) > 0) {
    text.append(piece, static_cast<size_t>(n));
  }
  return text;
}

int64_t ChildProcess::ResidentBytes() const {
  std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmRSS:", 0) == 0) return std::strtoll(line.c_str() + 6, nullptr, 10) * 1024;
  }
  return 0;
}

}  // namespace katra::testing
