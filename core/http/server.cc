#include "core/http/server.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <list>
#include <unordered_map>
#include <utility>

#include "core/http/connection.h"
#include "core/http/local_path.h"
#include "core/uv/handles.h"
#include "core/uv/loop.h"

namespace katra::http {
namespace {

constexpr int kBacklog = 1024;
constexpr size_t kReadBytes = 64 * 1024;
constexpr std::chrono::milliseconds kLongestSweep{1000};

// Often enough to keep the shortest timeout to within a tenth.
std::chrono::milliseconds SweepEvery(const ServerLimits& limits) {
  const auto shortest =
      std::min({limits.head_timeout, limits.idle_timeout, limits.unknown_idle_timeout,
                limits.body_idle_timeout, limits.body_timeout, limits.write_timeout});
  return std::clamp(shortest / 10, std::chrono::milliseconds(10), kLongestSweep);
}

std::string DateHeader() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 64> text{};
  std::strftime(text.data(), text.size(), "date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
  return text.data();
}

class LoopServer final : public Server {
 public:
  LoopServer(uv::Loop& loop, Handler& handler, ServerLimits limits)
      : loop_(loop),
        limits_(limits),
        read_space_(kReadBytes, '\0'),
        sweep_(loop, [this] { Sweep(); }),
        end_of_iteration_(loop, [this] { FlushAll(); }),
        go_on_(loop, [this] {
          for (Connection* connection : std::exchange(resting_, {})) connection->GoOn();
        }) {
    host_.handler = &handler;
    host_.limits = &limits_;
    host_.read_buffer = uv_buf_init(read_space_.data(), static_cast<unsigned>(kReadBytes));
    host_.closed = [this](Connection* connection) { Forget(connection); };
    host_.known_changed = [this](Connection* connection) {
      if (connection->known()) {
        LeaveUnknown(connection);
      } else {
        JoinUnknown(connection);
      }
    };
    host_.closing = [this](Connection* connection) {
      ++closing_;
      LeaveUnknown(connection);
    };
    host_.heads_too_large = [this] { LetGoOfHead(); };
    host_.rest = [this](Connection* connection) {
      resting_.push_back(connection);
      go_on_.Start(std::chrono::milliseconds(0));
    };
    host_.date = DateHeader();
  }

  ~LoopServer() override {
    Close();
    // Handles close in the next iteration of the loop; the remaining connections are freed then.
    while (!open_.empty()) uv_run(loop_.raw(), UV_RUN_NOWAIT);
  }

  Result<int> ListenTcp(const std::string& address, int port) override {
    auto handle = std::make_unique<uv_tcp_t>();
    const int made = uv_tcp_init(loop_.raw(), handle.get());
    auto tcp = uv::Own(std::move(handle), made);
    if (!tcp) return uv::FailUv(made, "cannot make a socket");
    sockaddr_storage where{};
    auto* v4 = reinterpret_cast<sockaddr_in*>(&where);
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&where);
    if (uv_ip4_addr(address.c_str(), port, v4) != 0 &&
        uv_ip6_addr(address.c_str(), port, v6) != 0) {
      return Fail(ErrorCode::kInvalidArgument,
                  "\"" + address + "\" is not an IP address to listen on, e.g. 127.0.0.1");
    }
    int status = uv_tcp_bind(tcp.get(), reinterpret_cast<const sockaddr*>(&where), 0);
    tcp->data = this;
    if (status == 0) status = Listen(reinterpret_cast<uv_stream_t*>(tcp.get()));
    if (status == UV_EADDRINUSE) {
      return Fail(ErrorCode::kAlreadyExists,
                  "port " + std::to_string(port) + " of " + address + " is in use: choose another");
    }
    if (status != 0) return uv::FailUv(status, "cannot listen on " + address);
    int length = sizeof where;
    uv_tcp_getsockname(tcp.get(), reinterpret_cast<sockaddr*>(&where), &length);
    tcp_ = std::move(tcp);
    return static_cast<int>(ntohs(where.ss_family == AF_INET6 ? v6->sin6_port : v4->sin_port));
  }

  Status ListenLocal(const std::string& path) override {
    auto handle = std::make_unique<uv_pipe_t>();
    const int made = uv_pipe_init(loop_.raw(), handle.get(), 0);
    auto pipe = uv::Own(std::move(handle), made);
    if (!pipe) return uv::FailUv(made, "cannot make a local socket");
    unlink(path.c_str());
    auto reachable = LocalPath::Of(path);
    if (!reachable) return Pass(std::move(reachable));
    const mode_t before = umask(0177);
    int status = uv_pipe_bind(pipe.get(), reachable->text().c_str());
    umask(before);
    pipe->data = this;
    if (status == 0) status = Listen(reinterpret_cast<uv_stream_t*>(pipe.get()));
    if (status != 0) return uv::FailUv(status, "cannot listen on " + path);
    pipe_ = std::move(pipe);
    return {};
  }

  void Drain(std::function<void()> drained) override {
    tcp_.reset();
    pipe_.reset();
    host_.draining = true;
    drained_ = std::move(drained);
    for (const auto& [connection, owned] : open_) connection->DrainNow();
    sweep_.Start(std::chrono::milliseconds(0));
  }

  void Close() override {
    tcp_.reset();
    pipe_.reset();
    for (const auto& [connection, owned] : open_) connection->Close();
  }

  size_t connections() const override { return open_.size(); }

 private:
  static int Listen(uv_stream_t* listener) {
    return uv_listen(listener, kBacklog, [](uv_stream_t* from, int status) {
      if (status == 0) static_cast<LoopServer*>(from->data)->Accept(from);
    });
  }

  void Accept(uv_stream_t* listener) {
    const bool local = listener->type == UV_NAMED_PIPE;
    uv_stream_t* stream = nullptr;
    if (local) {
      auto* pipe = new uv_pipe_t;
      uv_pipe_init(loop_.raw(), pipe, 0);
      stream = reinterpret_cast<uv_stream_t*>(pipe);
    } else {
      auto* tcp = new uv_tcp_t;
      uv_tcp_init(loop_.raw(), tcp);
      stream = reinterpret_cast<uv_stream_t*>(tcp);
    }
    auto connection = std::make_unique<Connection>(host_, stream, local);
    Connection* opened = connection.get();
    open_.emplace(opened, std::move(connection));
    if (uv_accept(listener, stream) != 0) {
      opened->Close();
      return;
    }
    if (!local) uv_tcp_nodelay(reinterpret_cast<uv_tcp_t*>(stream), 1);  // H2
    const bool full = open_.size() - closing_ > limits_.connections && !MakePlace(opened);
    if (full || host_.draining) {
      Turn(stream);
      opened->Close();
      return;
    }
    if (!local) JoinUnknown(opened);
    opened->Start();
    if (!sweeping_) {
      sweeping_ = true;
      sweep_.Start(sweep_every_);
    }
  }

  // Makes room for `newcomer`: closes the oldest unauthenticated connection, else the one that has
  // been idle longest. False: all others are being served.
  bool MakePlace(const Connection* newcomer) {
    Connection* last = nullptr;
    if (!unknown_.empty()) {
      last = unknown_.front();
    } else {
      for (const auto& [connection, owned] : open_) {
        if (connection == newcomer || !connection->waits()) continue;
        if (last == nullptr || connection->since() < last->since()) last = connection;
      }
    }
    if (last == nullptr) return false;
    last->Close();
    return true;
  }

  // Closes the oldest unauthenticated caller that has sent part of a head.
  void LetGoOfHead() {
    for (Connection* connection : unknown_) {
      if (connection->head_bytes() == 0) continue;
      connection->Close();
      return;
    }
  }

  void JoinUnknown(Connection* connection) {
    if (connection->closed()) return;
    unknown_places_[connection] = unknown_.insert(unknown_.end(), connection);
  }

  void LeaveUnknown(Connection* connection) {
    const auto found = unknown_places_.find(connection);
    if (found == unknown_places_.end()) return;
    unknown_.erase(found->second);
    unknown_places_.erase(found);
  }

  void Turn(uv_stream_t* stream) {
    const Response full = host_.handler->Refuse(503, "too many connections: close some");
    std::string text = "HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\n";
    text += "content-type: application/json\r\ncontent-length: ";
    text += std::to_string(full.body.size()) + "\r\n\r\n" + full.body;
    const uv_buf_t buffer = uv_buf_init(text.data(), static_cast<unsigned>(text.size()));
    uv_try_write(stream, &buffer, 1);
  }

  void FlushAll() {
    while (!host_.waiting.empty()) {  // flushing one may queue another
      flushing_.swap(host_.waiting);
      for (Connection* connection : flushing_) connection->Flush();
      flushing_.clear();
    }
  }

  void Forget(Connection* connection) {
    --closing_;
    std::erase(resting_, connection);
    open_.erase(connection);
    if (host_.draining) sweep_.Start(std::chrono::milliseconds(0));
  }

  void Sweep() {
    host_.date = DateHeader();
    const auto now = Connection::Clock::now();
    for (const auto& [connection, owned] : open_) connection->Check(now);
    sweeping_ = !open_.empty();
    if (sweeping_) {
      sweep_.Start(sweep_every_);
    } else if (host_.draining && drained_) {
      const auto drained = std::move(drained_);
      drained_ = nullptr;
      drained();
    }
  }

  uv::Loop& loop_;
  ServerLimits limits_;
  std::chrono::milliseconds sweep_every_ = SweepEvery(limits_);
  std::string read_space_;
  Connection::Host host_;
  std::vector<Connection*> flushing_;
  uv::OwnedHandle<uv_tcp_t> tcp_;
  uv::OwnedHandle<uv_pipe_t> pipe_;
  // Closing a connection removes it only in a later iteration of the loop.
  std::unordered_map<Connection*, std::unique_ptr<Connection>> open_;
  size_t closing_ = 0;              // connections in the list that are closed but not yet freed
  std::list<Connection*> unknown_;  // unauthenticated, oldest first
  std::unordered_map<Connection*, std::list<Connection*>::iterator> unknown_places_;
  std::vector<Connection*> resting_;
  bool sweeping_ = false;
  std::function<void()> drained_;
  uv::Timer sweep_;
  uv::EndOfIteration end_of_iteration_;
  uv::Timer go_on_;
};

}  // namespace

std::unique_ptr<Server> Server::Make(uv::Loop& loop, Handler& handler, ServerLimits limits) {
  return std::make_unique<LoopServer>(loop, handler, limits);
}

}  // namespace katra::http
