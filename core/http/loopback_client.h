// Plain HTTP/1.1 to a server on this machine (Ollama, llama.cpp, vLLM), where libcurl would cost
// more than the forwarding itself (U10, U12): pooled connections that stay watched, bodies sent in
// pieces without a copy. TLS, proxies, names and other machines are libcurl's. Private to
// client.cc.
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

// One request in flight. Shared by its Call, which alone keeps it going, and by its connection.
struct LoopbackRequest : CallClock {
  Outgoing outgoing;
  CallEvents events;
  LoopbackConnection* connection = nullptr;  // nullptr: not started, or finished
  bool by_ipv6 = false;  // "localhost" has two addresses; the first one took no connection
  bool over = false;     // its end was reported, or its Call is gone
};

class LoopbackClient final : public Client {
 public:
  LoopbackClient(uv::Loop& loop, int max_idle);
  ~LoopbackClient() override;

  // http:// and "localhost", or a numeric address of this machine.
  [[nodiscard]] static bool Serves(const std::string& url);

  std::unique_ptr<Call> Start(Outgoing outgoing, CallEvents events) override;

  // For its calls and connections.
  void Abandon(const std::shared_ptr<LoopbackRequest>& request);
  void Send(const std::shared_ptr<LoopbackRequest>& request, bool new_connection);
  // Called when its connection was refused. True: another address is being tried.
  bool TryOtherAddress(const std::shared_ptr<LoopbackRequest>& request);
  // Ends `request` once the current callback has returned, so that Start never calls back itself.
  void FailSoon(const std::shared_ptr<LoopbackRequest>& request, CallEnd end);
  // The caller keeps `request` alive; the client drops its reference.
  void End(const std::shared_ptr<LoopbackRequest>& request, const CallEnd& end);
  // The connection can serve another request.
  void Idle(LoopbackConnection* connection);
  void Closed(LoopbackConnection* connection);   // its handle is gone: deletes it
  void Closing(LoopbackConnection* connection);  // it is no longer idle
  // Sends its request at the end of the loop's iteration: several requests wake the server once.
  void SendSoon(LoopbackConnection* connection) { sending_.push_back(connection); }

  [[nodiscard]] uv_loop_t* raw_loop() { return loop_.raw(); }
  // One buffer for all connections: what was read is used up before the next read.
  [[nodiscard]] uv_buf_t read_buffer();

 private:
  void Sweep();

  uv::Loop& loop_;
  size_t max_idle_;
  std::vector<char> read_bytes_;
  std::unordered_set<std::shared_ptr<LoopbackRequest>> requests_;
  std::unordered_set<LoopbackConnection*> connections_;  // owned; each until its handle has closed
  std::unordered_map<std::string, std::vector<LoopbackConnection*>> idle_;  // by "host:port"
  size_t idle_count_ = 0;
  std::vector<std::pair<std::shared_ptr<LoopbackRequest>, CallEnd>> failing_;
  std::vector<LoopbackConnection*> sending_;
  uv::Timer sweep_;
  uv::Timer wakeup_;
  uv::EndOfIteration end_of_iteration_;
  bool sweeping_ = false;  // often, because of requests
};

}  // namespace katra::http
