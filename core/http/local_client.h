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

class LocalWire;

// One request on its way. Shared by its Call, which alone keeps it going, and by its wire.
struct LocalTrip : CallClock {
  Outgoing request;
  CallEvents events;
  LocalWire* wire = nullptr;  // nullptr: not begun yet, or ended
  bool by_ipv6 = false;       // "localhost" has two addresses; the first one took no connection
  bool over = false;          // told its end, or abandoned
};

class LocalClient final : public Client {
 public:
  LocalClient(uv::Loop& loop, int max_idle);
  ~LocalClient() override;

  // http:// and "localhost", or a numeric address of this machine.
  [[nodiscard]] static bool Serves(const std::string& url);

  std::unique_ptr<Call> Start(Outgoing request, CallEvents events) override;

  // For its calls and wires.
  void Abandon(const std::shared_ptr<LocalTrip>& trip);
  void Send(const std::shared_ptr<LocalTrip>& trip, bool fresh_wire);
  // Its wire could not connect. True: another address is tried.
  bool TryOtherAddress(const std::shared_ptr<LocalTrip>& trip);
  // `trip` ends when this callback is over, so that Start never calls back from within.
  void FailSoon(const std::shared_ptr<LocalTrip>& trip, CallEnd end);
  // `trip` is the caller's own: the client lets go of it.
  void End(const std::shared_ptr<LocalTrip>& trip, const CallEnd& end);
  // The wire can serve another request.
  void Idle(LocalWire* wire);
  void Closed(LocalWire* wire);   // its handle is gone: deletes it
  void Closing(LocalWire* wire);  // it is no longer idle
  // Sends its request at the end of the round: several wake the server once.
  void SendSoon(LocalWire* wire) { sending_.push_back(wire); }

  [[nodiscard]] uv_loop_t* raw_loop() { return loop_.raw(); }
  // What is read is used up before the next read: one for all.
  [[nodiscard]] uv_buf_t read_buffer();

 private:
  void Sweep();

  uv::Loop& loop_;
  size_t max_idle_;
  std::vector<char> read_bytes_;
  std::unordered_set<std::shared_ptr<LocalTrip>> trips_;
  std::unordered_set<LocalWire*> wires_;  // owned; each until its handle has closed
  std::unordered_map<std::string, std::vector<LocalWire*>> idle_;  // by "host:port"
  size_t idle_count_ = 0;
  std::vector<std::pair<std::shared_ptr<LocalTrip>, CallEnd>> failing_;
  std::vector<LocalWire*> sending_;
  uv::Timer sweep_;
  uv::Timer kick_;
  uv::RoundEnd round_;
  bool sweeping_ = false;  // often, because of trips
};

}  // namespace katra::http
