// The client on libcurl's multi interface. Private to client.cc's family.
#pragma once

#include <curl/curl.h>

#include <chrono>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/http/client.h"
#include "core/uv/handles.h"
#include "core/uv/loop.h"

namespace katra::http {

class CurlClient;

// One request on its way. Owned by the client's list; its Call points to it.
class Transfer {
 public:
  using Clock = std::chrono::steady_clock;

  Transfer(CurlClient& client, CURL* easy, Outgoing outgoing, CallEvents handlers);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  void Configure(const Client::Options& options);
  // Whether its time is over; `now` against the first byte or the last one.
  [[nodiscard]] bool Expired(Clock::time_point now) const;
  [[nodiscard]] CallEnd Outcome(CURLcode code) const;

  CurlClient& owner;
  CURL* handle;
  Outgoing request;
  CallEvents events;
  bool added = false;      // to the multi handle
  bool abandoned = false;  // its Call is gone
  bool head_told = false;
  bool paused = false;
  int status = 0;
  Headers headers;
  Clock::time_point started = Clock::now();
  Clock::time_point last_byte = started;

 private:
  static size_t OnHeader(char* bytes, size_t size, size_t count, void* self);
  static size_t OnData(char* bytes, size_t size, size_t count, void* self);
  void TellHead();

  curl_slist* header_list_ = nullptr;
};

class CurlClient final : public Client {
 public:
  CurlClient(uv::Loop& loop, Options options, CURLM* multi);
  ~CurlClient() override;

  std::unique_ptr<Call> Start(Outgoing request, CallEvents events) override;

  void Abandon(Transfer* transfer);
  void SetPaused(Transfer* transfer, bool paused);

 private:
  struct Watch;  // a socket

  static int OnSocket(CURL* easy, curl_socket_t socket, int what, void* self, void* watch);
  static int OnTimeout(CURLM* multi, long millis, void* self);

  void Watching(curl_socket_t socket, int what, Watch* watch);
  void Act(curl_socket_t socket, int events);
  void Settle();
  void Add(Transfer* transfer);
  void Remove(Transfer* transfer);
  void Finish(Transfer* transfer, const CallEnd& end);
  void Sweep();
  [[nodiscard]] CURL* TakeHandle();

  uv::Loop& loop_;
  Options options_;
  CURLM* multi_;
  uv::Timer timeout_;  // curl's own
  uv::Timer sweep_;    // ours: first byte and idleness
  uv::Timer kick_;     // what was asked for inside of a callback
  bool sweeping_ = false;
  int depth_ = 0;  // inside of curl: nothing may be added or removed
  std::unordered_map<Transfer*, std::unique_ptr<Transfer>> transfers_;
  std::vector<Transfer*> fresh_;      // to be added
  std::vector<Transfer*> abandoned_;  // to be removed
  std::vector<CURL*> spare_;
};

}  // namespace katra::http
