#include "cli/route/decision_feed.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <utility>

#include "core/http/local_path.h"

namespace katra::cli {
namespace {

constexpr std::string_view kRequest =
    "GET /admin/decisions HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\n\r\n";
constexpr std::string_view kData = "data: ";
constexpr size_t kMaxLineBytes = 1024 * 1024;

// A connected socket, with the request sent; -1: nothing answers.
int OpenFeed(const std::string& path) {
  const auto local = http::LocalPath::Of(path);
  sockaddr_un address{};
  if (!local || local->text().size() >= sizeof address.sun_path) return -1;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, local->text().data(), local->text().size());
  const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -1;
  const bool sent =
      connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      send(descriptor, kRequest.data(), kRequest.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(kRequest.size());
  if (sent) return descriptor;
  close(descriptor);
  return -1;
}

}  // namespace

Result<std::unique_ptr<DecisionFeed>> DecisionFeed::Make() {
  auto loop = uv::Loop::Make();
  if (!loop) return Pass(std::move(loop));
  auto feed = std::unique_ptr<DecisionFeed>(new DecisionFeed(std::move(*loop)));
  DecisionFeed* const self = feed.get();
  self->timer_ = std::make_unique<uv::Timer>(*self->loop_, [self] { self->loop_->Stop(); });
  for (const int number : std::array{SIGINT, SIGTERM, SIGHUP}) {
    auto caught = uv::Signal::Catch(*self->loop_, number, [self] {
      self->stopped_ = true;
      self->loop_->Stop();
    });
    if (!caught) return Pass(std::move(caught));
    self->signals_.push_back(std::move(*caught));
  }
  return feed;
}

Status DecisionFeed::Connect(const std::string& socket) {
  Disconnect();
  const int descriptor = OpenFeed(socket);
  if (descriptor < 0) {
    return Fail(ErrorCode::kUnavailable, "no gateway answers at \"" + socket + "\"");
  }
  auto source = uv::ByteSource::Open(*loop_, descriptor,
                                     {[this](std::string_view bytes) { Feed(bytes); },
                                      [this](const Status&) {
                                        ended_ = true;
                                        loop_->Stop();
                                      }});
  if (!source) return Pass(std::move(source));
  source_ = std::move(*source);
  source_->Resume();
  return {};
}

void DecisionFeed::Disconnect() {
  source_.reset();
  parser_.Reset(false);
  line_.clear();
  ended_ = false;
}

void DecisionFeed::Feed(std::string_view bytes) {
  TakeLines(parser_.Feed(bytes).data);
  const auto state = parser_.state();
  if (state == http::ResponseParser::State::kFailed ||
      state == http::ResponseParser::State::kDone) {
    ended_ = true;
  }
  if (ended_ || !decisions_.empty()) loop_->Stop();
}

// The gateway writes each event's data on one line.
void DecisionFeed::TakeLines(std::string_view data) {
  line_ += data;
  size_t begin = 0;
  for (size_t end = line_.find('\n'); end != std::string::npos; end = line_.find('\n', begin)) {
    std::string_view line = std::string_view(line_).substr(begin, end - begin);
    begin = end + 1;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.starts_with(kData)) decisions_.emplace_back(line.substr(kData.size()));
  }
  line_.erase(0, begin);
  if (line_.size() > kMaxLineBytes) ended_ = true;
}

bool DecisionFeed::Wait(std::chrono::milliseconds patience) {
  timer_->Start(patience);
  if (!stopped_ && !ended_ && decisions_.empty()) loop_->Run();
  timer_->Stop();
  if (ended_) Disconnect();
  return !stopped_;
}

std::vector<std::string> DecisionFeed::Take() { return std::exchange(decisions_, {}); }

}  // namespace katra::cli
