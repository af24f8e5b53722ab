#include "core/http/loopback_client.h"

#include <utility>

#include "core/http/loopback_connection.h"

namespace katra::http {
namespace {

constexpr std::chrono::milliseconds kSweep{50};
constexpr std::chrono::milliseconds kIdleSweep{10'000};
constexpr std::chrono::seconds kIdleTime{118};  // U7: less than servers commonly use
constexpr size_t kReadBytes = 64 * 1024;
constexpr std::string_view kScheme = "http://";

class LoopbackCall final : public Call {
 public:
  LoopbackCall(LoopbackClient& client, std::shared_ptr<LoopbackRequest> request)
      : client_(client), request_(std::move(request)) {}
  ~LoopbackCall() override { client_.Abandon(request_); }
  LoopbackCall(const LoopbackCall&) = delete;
  LoopbackCall& operator=(const LoopbackCall&) = delete;

  void Pause() override { SetPaused(true); }
  void Resume() override { SetPaused(false); }

 private:
  void SetPaused(bool paused) {
    if (request_->paused == paused || request_->over) return;
    request_->paused = paused;
    request_->last_byte = CallClock::Clock::now();
    if (request_->connection != nullptr) request_->connection->SetPaused(paused);
  }

  LoopbackClient& client_;
  std::shared_ptr<LoopbackRequest> request_;
};

// "127.0.0.1:11434" of "http://127.0.0.1:11434/v1"
std::string_view Authority(std::string_view url) {
  const std::string_view rest = url.substr(kScheme.size());
  return rest.substr(0, rest.find_first_of("/?#"));
}

bool IsLocalhost(std::string_view authority) {
  return EqualsIgnoreCase(authority.substr(0, authority.find(':')), "localhost");
}

// Writes `address`; false if the host is not an address of this machine. `by_ipv6` selects the
// address of "localhost".
bool ReadAddress(std::string_view authority, bool by_ipv6, sockaddr_storage* address) {
  const bool six = !authority.empty() && authority.front() == '[';
  const size_t host_end = six ? authority.find(']') : authority.find(':');
  std::string host(authority.substr(six ? 1 : 0, six ? host_end - 1 : host_end));
  if (IsLocalhost(authority)) host = by_ipv6 ? "::1" : "127.0.0.1";
  if (six && host_end == std::string_view::npos) return false;
  std::string_view rest =
      host_end == std::string_view::npos ? "" : authority.substr(six ? host_end + 1 : host_end);
  int port = 80;
  if (!rest.empty()) {
    if (rest.front() != ':' || rest.size() < 2 || rest.size() > 6) return false;
    port = 0;
    for (const char digit : rest.substr(1)) {
      if (digit < '0' || digit > '9') return false;
      port = port * 10 + (digit - '0');
    }
    if (port == 0 || port > 65535) return false;
  }
  if (host.find(':') != std::string::npos) {
    return host == "::1" &&
           uv_ip6_addr(host.c_str(), port, reinterpret_cast<sockaddr_in6*>(address)) == 0;
  }
  return host.rfind("127.", 0) == 0 &&
         uv_ip4_addr(host.c_str(), port, reinterpret_cast<sockaddr_in*>(address)) == 0;
}

}  // namespace

LoopbackClient::LoopbackClient(uv::Loop& loop, int max_idle)
    : loop_(loop),
      max_idle_(static_cast<size_t>(max_idle)),
      read_bytes_(kReadBytes),
      sweep_(loop, [this] { Sweep(); }),
      wakeup_(loop,
              [this] {
                for (const auto& [request, end] : std::exchange(failing_, {})) End(request, end);
              }),
      end_of_iteration_(loop, [this] {
        for (LoopbackConnection* connection : sending_) connection->Send();
        sending_.clear();
      }) {}

LoopbackClient::~LoopbackClient() {
  for (LoopbackConnection* connection : std::exchange(connections_, {})) {
    connection->Orphan();
    connection->Close();
  }
}

bool LoopbackClient::Serves(const std::string& url) {
  sockaddr_storage address{};
  return url.rfind(kScheme, 0) == 0 && ReadAddress(Authority(url), false, &address);
}

uv_buf_t LoopbackClient::read_buffer() {
  return uv_buf_init(read_bytes_.data(), static_cast<unsigned>(read_bytes_.size()));
}

std::unique_ptr<Call> LoopbackClient::Start(Outgoing outgoing, CallEvents events) {
  auto request = std::make_shared<LoopbackRequest>();
  request->outgoing = std::move(outgoing);
  request->events = std::move(events);
  requests_.insert(request);
  Send(request, false);
  if (!sweeping_) {
    sweeping_ = true;
    sweep_.Start(kSweep);
  }
  return std::make_unique<LoopbackCall>(*this, std::move(request));
}

void LoopbackClient::Send(const std::shared_ptr<LoopbackRequest>& request, bool new_connection) {
  const std::string endpoint(Authority(request->outgoing.url));
  const auto found = idle_.find(endpoint);
  if (!new_connection && found != idle_.end() && !found->second.empty()) {
    LoopbackConnection* connection = found->second.back();  // the most recently used
    found->second.pop_back();
    --idle_count_;
    connection->Begin(request);
    return;
  }
  sockaddr_storage address{};
  ReadAddress(endpoint, request->by_ipv6, &address);
  auto* connection = new LoopbackConnection(*this, endpoint);
  connections_.insert(connection);
  if (connection->Connect(reinterpret_cast<const sockaddr*>(&address))) {
    connection->Begin(request);
  } else {
    connection->Close();
    FailSoon(request, {false, CallFailure::kConnect, "no connection can be opened"});
  }
}

bool LoopbackClient::TryOtherAddress(const std::shared_ptr<LoopbackRequest>& request) {
  if (request->by_ipv6 || !IsLocalhost(Authority(request->outgoing.url))) return false;
  request->by_ipv6 = true;
  Send(request, true);
  return true;
}

void LoopbackClient::Abandon(const std::shared_ptr<LoopbackRequest>& request) {
  request->over = true;
  if (request->connection != nullptr) std::exchange(request->connection, nullptr)->Close();
  requests_.erase(request);
}

void LoopbackClient::FailSoon(const std::shared_ptr<LoopbackRequest>& request, CallEnd end) {
  failing_.emplace_back(request, std::move(end));
  wakeup_.Start(std::chrono::milliseconds(0));
}

void LoopbackClient::End(const std::shared_ptr<LoopbackRequest>& request, const CallEnd& end) {
  if (request->over) return;
  request->over = true;
  requests_.erase(request);
  const auto tell = std::move(request->events.end);
  if (tell) tell(end);
}

void LoopbackClient::Idle(LoopbackConnection* connection) {
  if (idle_count_ >= max_idle_) {
    connection->Close();
    return;
  }
  idle_[connection->endpoint()].push_back(connection);
  ++idle_count_;
}

void LoopbackClient::Closing(LoopbackConnection* connection) {
  const auto found = idle_.find(connection->endpoint());
  if (found == idle_.end()) return;
  idle_count_ -= std::erase(found->second, connection);
  if (found->second.empty()) idle_.erase(found);
}

void LoopbackClient::Closed(LoopbackConnection* connection) { connections_.erase(connection); }

void LoopbackClient::Sweep() {
  const auto now = CallClock::Clock::now();
  std::vector<std::pair<std::shared_ptr<LoopbackRequest>, CallEnd>> expired;
  for (const auto& request : requests_) {
    if (request->connection != nullptr && !request->connection->connected() &&
        now - request->started > request->outgoing.connect_timeout) {
      expired.emplace_back(
          request, CallEnd{false, CallFailure::kConnect, "the server does not accept connections"});
    } else if (request->Expired(now, request->outgoing)) {
      expired.emplace_back(request, request->TimedOut());
    }
  }
  for (const auto& [request, end] : expired) {
    if (request->over) continue;
    if (request->connection != nullptr) std::exchange(request->connection, nullptr)->Close();
    End(request, end);
  }
  std::vector<LoopbackConnection*> old;
  for (const auto& [endpoint, connections] : idle_) {
    for (LoopbackConnection* connection : connections) {
      if (now - connection->idle_since() > kIdleTime) old.push_back(connection);
    }
  }
  for (LoopbackConnection* connection : old) connection->Close();
  sweeping_ = !requests_.empty();
  if (sweeping_) {
    sweep_.Start(kSweep);
  } else if (idle_count_ > 0) {
    sweep_.Start(kIdleSweep);
  }
}

}  // namespace katra::http
