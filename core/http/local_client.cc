#include "core/http/local_client.h"

#include <utility>

#include "core/http/local_wire.h"

namespace katra::http {
namespace {

constexpr std::chrono::milliseconds kSweep{50};
constexpr std::chrono::milliseconds kIdleSweep{10'000};
constexpr std::chrono::seconds kIdleTime{118};  // U7: below what servers commonly keep
constexpr size_t kReadBytes = 64 * 1024;
constexpr std::string_view kScheme = "http://";

class LocalCall final : public Call {
 public:
  LocalCall(LocalClient& client, std::shared_ptr<LocalTrip> trip)
      : client_(client), trip_(std::move(trip)) {}
  ~LocalCall() override { client_.Abandon(trip_); }
  LocalCall(const LocalCall&) = delete;
  LocalCall& operator=(const LocalCall&) = delete;

  void Pause() override { SetPaused(true); }
  void Resume() override { SetPaused(false); }

 private:
  void SetPaused(bool paused) {
    if (trip_->paused == paused || trip_->over) return;
    trip_->paused = paused;
    trip_->last_byte = CallClock::Clock::now();
    if (trip_->wire != nullptr) trip_->wire->SetPaused(paused);
  }

  LocalClient& client_;
  std::shared_ptr<LocalTrip> trip_;
};

// "127.0.0.1:11434" of "http://127.0.0.1:11434/v1"
std::string_view Authority(std::string_view url) {
  const std::string_view rest = url.substr(kScheme.size());
  return rest.substr(0, rest.find_first_of("/?#"));
}

bool IsLocalhost(std::string_view authority) {
  return EqualsIgnoreCase(authority.substr(0, authority.find(':')), "localhost");
}

// Into `address`; false: not an address of this machine. `by_ipv6`: which one of localhost.
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

LocalClient::LocalClient(uv::Loop& loop, int max_idle)
    : loop_(loop),
      max_idle_(static_cast<size_t>(max_idle)),
      read_bytes_(kReadBytes),
      sweep_(loop, [this] { Sweep(); }),
      kick_(loop,
            [this] {
              for (const auto& [trip, end] : std::exchange(failing_, {})) End(trip, end);
            }),
      round_(loop, [this] {
        for (LocalWire* wire : sending_) wire->Send();
        sending_.clear();
      }) {}

LocalClient::~LocalClient() {
  for (LocalWire* wire : std::exchange(wires_, {})) {
    wire->Orphan();
    wire->Close();
  }
}

bool LocalClient::Serves(const std::string& url) {
  sockaddr_storage address{};
  return url.rfind(kScheme, 0) == 0 && ReadAddress(Authority(url), false, &address);
}

uv_buf_t LocalClient::read_buffer() {
  return uv_buf_init(read_bytes_.data(), static_cast<unsigned>(read_bytes_.size()));
}

std::unique_ptr<Call> LocalClient::Start(Outgoing request, CallEvents events) {
  auto trip = std::make_shared<LocalTrip>();
  trip->request = std::move(request);
  trip->events = std::move(events);
  trips_.insert(trip);
  Send(trip, false);
  if (!sweeping_) {
    sweeping_ = true;
    sweep_.Start(kSweep);
  }
  return std::make_unique<LocalCall>(*this, std::move(trip));
}

void LocalClient::Send(const std::shared_ptr<LocalTrip>& trip, bool fresh_wire) {
  const std::string endpoint(Authority(trip->request.url));
  const auto found = idle_.find(endpoint);
  if (!fresh_wire && found != idle_.end() && !found->second.empty()) {
    LocalWire* wire = found->second.back();  // the one that was used last
    found->second.pop_back();
    --idle_count_;
    wire->Begin(trip);
    return;
  }
  sockaddr_storage address{};
  ReadAddress(endpoint, trip->by_ipv6, &address);
  auto* wire = new LocalWire(*this, endpoint);
  wires_.insert(wire);
  if (wire->Connect(reinterpret_cast<const sockaddr*>(&address))) {
    wire->Begin(trip);
  } else {
    wire->Close();
    FailSoon(trip, {false, CallFailure::kConnect, "no connection can be opened"});
  }
}

bool LocalClient::TryOtherAddress(const std::shared_ptr<LocalTrip>& trip) {
  if (trip->by_ipv6 || !IsLocalhost(Authority(trip->request.url))) return false;
  trip->by_ipv6 = true;
  Send(trip, true);
  return true;
}

void LocalClient::Abandon(const std::shared_ptr<LocalTrip>& trip) {
  trip->over = true;
  if (trip->wire != nullptr) std::exchange(trip->wire, nullptr)->Close();
  trips_.erase(trip);
}

void LocalClient::FailSoon(const std::shared_ptr<LocalTrip>& trip, CallEnd end) {
  failing_.emplace_back(trip, std::move(end));
  kick_.Start(std::chrono::milliseconds(0));
}

void LocalClient::End(const std::shared_ptr<LocalTrip>& trip, const CallEnd& end) {
  if (trip->over) return;
  trip->over = true;
  trips_.erase(trip);
  const auto tell = std::move(trip->events.end);
  if (tell) tell(end);
}

void LocalClient::Idle(LocalWire* wire) {
  if (idle_count_ >= max_idle_) {
    wire->Close();
    return;
  }
  idle_[wire->endpoint()].push_back(wire);
  ++idle_count_;
}

void LocalClient::Closing(LocalWire* wire) {
  const auto found = idle_.find(wire->endpoint());
  if (found == idle_.end()) return;
  idle_count_ -= std::erase(found->second, wire);
  if (found->second.empty()) idle_.erase(found);
}

void LocalClient::Closed(LocalWire* wire) { wires_.erase(wire); }

void LocalClient::Sweep() {
  const auto now = CallClock::Clock::now();
  std::vector<std::pair<std::shared_ptr<LocalTrip>, CallEnd>> expired;
  for (const auto& trip : trips_) {
    if (trip->wire != nullptr && !trip->wire->connected() &&
        now - trip->started > trip->request.connect_timeout) {
      expired.emplace_back(trip,
                           CallEnd{false, CallFailure::kConnect, "the server takes no connection"});
    } else if (trip->Expired(now, trip->request)) {
      expired.emplace_back(trip, trip->TimedOut());
    }
  }
  for (const auto& [trip, end] : expired) {
    if (trip->over) continue;
    if (trip->wire != nullptr) std::exchange(trip->wire, nullptr)->Close();
    End(trip, end);
  }
  std::vector<LocalWire*> old;
  for (const auto& [endpoint, wires] : idle_) {
    for (LocalWire* wire : wires) {
      if (now - wire->idle_since() > kIdleTime) old.push_back(wire);
    }
  }
  for (LocalWire* wire : old) wire->Close();
  sweeping_ = !trips_.empty();
  if (sweeping_) {
    sweep_.Start(kSweep);
  } else if (idle_count_ > 0) {
    sweep_.Start(kIdleSweep);
  }
}

}  // namespace katra::http
