// Plain HTTP/1.1 to a server on this machine (Ollama, llama.cpp, vLLM), where libcurl would cost
// more than the forwarding itself (U10, U12). Watches its pooled connections, and sends bodies in
// pieces without copying. TLS, proxies, host names and other machines are left to libcurl. Internal
// to client.cc.
#pragma once

#include <uv.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/http/call_clock.h"
#include "core/http/client.h"
#include "core/uv/handles.h"
#include "core/uv/loop.h"

namespace katra::http {

class LoopbackConnection;

// A request in flight, shared by its Call and its connection. It ends when the Call is destroyed.
struct LoopbackRequest : CallClock {
  Outgoing outgoing;
  CallEvents events;
  LoopbackConnection* connection = nullptr;  // nullptr: not started, or finished
  bool by_ipv6 = false;  // trying [::1] because "localhost" refused on 127.0.0.1
  bool over = false;     // its end was reported, or its Call is gone
};

class LoopbackClient final : public Client {
 public:
  LoopbackClient(uv::Loop& loop, int max_idle);
  ~LoopbackClient() override;

  // Whether this client can serve `url`: plain http to "localhost" or to a numeric address of this
  // machine.
  [[nodiscard]] static bool Serves(const std::string& url);

  std::unique_ptr<Call> Start(Outgoing outgoing, CallEvents events) override;

  // The rest is for its calls and connections.
  void Abandon(const std::shared_ptr<LoopbackRequest>& request);
  void Send(const std::shared_ptr<LoopbackRequest>& request, bool new_connection);
  // Called when the connection of `request` was refused. True if another address is being tried.
  bool TryOtherAddress(const std::shared_ptr<LoopbackRequest>& request);
  // Fails `request` after the current callback has returned, so that Start() never calls back
  // itself.
  void FailSoon(const std::shared_ptr<LoopbackRequest>& request, CallEnd end);
  // The caller keeps `request` alive; the client drops its reference.
  void End(const std::shared_ptr<LoopbackRequest>& request, const CallEnd& end);
  // Returns the connection to the pool.
  void Idle(LoopbackConnection* connection);
  void Closed(LoopbackConnection* connection);   // its handle has closed; deletes it
  void Closing(LoopbackConnection* connection);  // removes it from the pool
  // Sends the request at the end of the loop's iteration, so that several requests wake the server
  // once.
  void SendSoon(LoopbackConnection* connection) { sending_.push_back(connection); }

  [[nodiscard]] uv_loop_t* raw_loop() { return loop_.raw(); }
  // One buffer for all connections; each consumes what it read before the next read.
  [[nodiscard]] uv_buf_t read_buffer();

 private:
  void Sweep();

  uv::Loop& loop_;
  size_t max_idle_;
  std::vector<char> read_bytes_;
  std::unordered_set<std::shared_ptr<LoopbackRequest>> requests_;
  std::unordered_set<LoopbackConnection*> connections_;  // owned until their handles have closed
  std::unordered_map<std::string, std::vector<LoopbackConnection*>> idle_;  // by "host:port"
  size_t idle_count_ = 0;
  std::vector<std::pair<std::shared_ptr<LoopbackRequest>, CallEnd>> failing_;
  std::vector<LoopbackConnection*> sending_;
  uv::Timer sweep_;
  uv::Timer wakeup_;
  uv::EndOfIteration end_of_iteration_;
  bool sweeping_ = false;  // the timer runs at the short interval, because requests are in flight
};

}  // namespace katra::http
