#include "cli/sessions/handoff.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <vector>

namespace katra::cli {
namespace {

// Items end with NUL and begin with their type.
constexpr char kProgram = 'p';
constexpr char kFolder = 'f';
constexpr char kArgument = 'a';
constexpr char kVariable = 'v';
constexpr char kEnd = '.';
// Variables set by the terminal in which the program runs, not by the one from which it was
// started.
constexpr std::array<const char*, 6> kOfTerminal = {
    "TERM", "TMUX", "TMUX_PANE", "COLORTERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION"};
constexpr std::chrono::seconds kReceivePatience{10};

using SteadyClock = std::chrono::steady_clock;

std::string Why(int error) { return std::generic_category().message(error); }

// A descriptor that is closed by its destructor.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

bool Address(const std::string& path, sockaddr_un* address) {
  std::memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  if (path.size() >= sizeof address->sun_path) return false;
  std::memcpy(address->sun_path, path.c_str(), path.size() + 1);
  return true;
}

bool WaitFor(int descriptor, short events, SteadyClock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - SteadyClock::now());
    if (left.count() <= 0) return false;
    pollfd watched{descriptor, events, 0};
    const int ready = poll(&watched, 1, static_cast<int>(left.count()));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

bool SendAll(int descriptor, const std::string& bytes, SteadyClock::time_point deadline) {
  size_t sent = 0;
  while (sent < bytes.size()) {
    if (!WaitFor(descriptor, POLLOUT, deadline)) return false;
    const ssize_t taken = write(descriptor, bytes.data() + sent, bytes.size() - sent);
    if (taken < 0 && errno != EINTR && errno != EAGAIN) return false;
    if (taken > 0) sent += static_cast<size_t>(taken);
  }
  return true;
}

// Reads up to and including a byte, or to the end. False: timeout or error.
bool ReadUntil(int descriptor, const std::string& last, SteadyClock::time_point deadline,
               std::string* text) {
  std::array<char, 16'384> piece{};
  for (;;) {
    if (!last.empty() && text->ends_with(last)) return true;
    if (!WaitFor(descriptor, POLLIN, deadline)) return false;
    const ssize_t got = read(descriptor, piece.data(), piece.size());
    if (got < 0 && errno != EINTR && errno != EAGAIN) return false;
    if (got == 0) return true;
    if (got > 0) text->append(piece.data(), static_cast<size_t>(got));
  }
}

void AddItem(std::string& text, char kind, const std::string& value) {
  text += kind;
  text += value;
  text += '\0';
}

std::string Encode(const ProcessSpec& spec) {
  std::string text;
  AddItem(text, kProgram, spec.program);
  AddItem(text, kFolder, spec.folder);
  for (const std::string& argument : spec.arguments) AddItem(text, kArgument, argument);
  for (const auto& [name, value] : spec.environment) {
    AddItem(text, kVariable, name + "=" + value);
  }
  AddItem(text, kEnd, {});
  return text;
}

// nullopt: it is incomplete.
bool Decode(const std::string& text, ProcessSpec* spec) {
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\0', at);
    if (end == std::string::npos) return false;
    const std::string value = text.substr(at + 1, end - at - 1);
    switch (text[at]) {
      case kProgram:
        spec->program = value;
        break;
      case kFolder:
        spec->folder = value;
        break;
      case kArgument:
        spec->arguments.push_back(value);
        break;
      case kVariable:
        spec->environment[value.substr(0, value.find('='))] = value.substr(value.find('=') + 1);
        break;
      default:
        return text[at] == kEnd;
    }
    at = end + 1;
  }
  return false;
}

const std::string& EndItem() {
  static const std::string end{'\0', kEnd, '\0'};
  return end;
}

}  // namespace

Result<std::unique_ptr<Handoff>> Handoff::Open() {
  // Socket paths must be short, so not below the home, whose path may be long.
  std::string folder = "/tmp/katra-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) {
    return Fail(ErrorCode::kResourceExhausted,
                "no folder could be created below /tmp: " + Why(errno));
  }
  const std::string path = folder + "/s";
  const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
  // From here on the object removes the folder.
  std::unique_ptr<Handoff> handoff(new Handoff(folder, path, listener));
  sockaddr_un address{};
  if (listener < 0 || !Address(path, &address) || fcntl(listener, F_SETFD, FD_CLOEXEC) != 0 ||
      bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(listener, 1) != 0) {
    return Fail(ErrorCode::kResourceExhausted, "no socket could be created: " + Why(errno));
  }
  return handoff;
}

Handoff::~Handoff() {
  if (listener_ >= 0) close(listener_);
  unlink(path_.c_str());
  rmdir(folder_.c_str());
}

Status Handoff::Give(const ProcessSpec& spec, std::chrono::milliseconds patience,
                     const std::function<Status(int64_t pid)>& started) {
  const auto deadline = SteadyClock::now() + patience;
  const auto late = [] {
    return Fail(ErrorCode::kDeadlineExceeded,
                "the new tmux session did not start its program in time; try `tmux new-session` "
                "by hand");
  };
  if (!WaitFor(listener_, POLLIN, deadline)) return late();
  const Descriptor peer(accept(listener_, nullptr, nullptr));
  if (peer.number() < 0) {
    return Fail(ErrorCode::kUnavailable, "the new session sent nothing: " + Why(errno));
  }
  fcntl(peer.number(), F_SETFD, FD_CLOEXEC);
  std::string line;
  if (!ReadUntil(peer.number(), "\n", deadline, &line)) return late();
  int64_t pid = 0;
  std::from_chars(line.data(), line.data() + line.size(), pid);
  if (pid <= 0) return Fail(ErrorCode::kUnavailable, "the new session ended at once");
  if (Status told = started(pid); !told) return told;
  if (!SendAll(peer.number(), Encode(spec), deadline)) return late();
  // The other end is closed by exec.
  std::string failure;
  if (!ReadUntil(peer.number(), {}, deadline, &failure)) return late();
  if (!failure.empty()) return Fail(ErrorCode::kUnavailable, failure);
  return {};
}

Error ReceiveAndRun(const std::string& path, const Environment& environment) {
  const auto fail = [](const std::string& why) {
    return Fail(ErrorCode::kUnavailable, why).value();
  };
  const auto deadline = SteadyClock::now() + kReceivePatience;
  const Descriptor giver(socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{};
  if (giver.number() < 0 || !Address(path, &address) ||
      connect(giver.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return fail("nobody hands a session over at " + path + ": " + Why(errno) +
                "; this command is `katra start -b`'s own");
  }
  fcntl(giver.number(), F_SETFD, FD_CLOEXEC);
  ProcessSpec spec;
  std::string text;
  if (!SendAll(giver.number(), std::to_string(getpid()) + "\n", deadline) ||
      !ReadUntil(giver.number(), EndItem(), deadline, &text) || !Decode(text, &spec)) {
    return fail("the session was not handed over as a whole");
  }
  for (const char* name : kOfTerminal) {
    const auto own = environment.find(name);
    if (own == environment.end()) {
      spec.environment.erase(name);
    } else {
      spec.environment[name] = own->second;
    }
  }
  Error error = ReplaceProcess(spec);
  // If this cannot be sent either, the sender still sees the connection end.
  static_cast<void>(SendAll(giver.number(), error.message, deadline));
  return error;
}

}  // namespace katra::cli
