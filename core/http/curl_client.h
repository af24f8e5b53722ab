// The client on libcurl's multi interface. Private to client.cc's family.
#pragma once

#include <curl/curl.h>

#include <chrono>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/http/call_clock.h"
#include "core/http/client.h"
#include "core/uv/handles.h"
#include "core/uv/loop.h"

namespace katra::http {

class CurlClient;

// One request on its way. Owned by the client's list; its Call points to it.
class Transfer : public CallClock {
 public:
  Transfer(CurlClient& client, CURL* easy, Outgoing outgoing, CallEvents handlers);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  void Configure(const Client::Options& options);
  [[nodiscard]] CallEnd Outcome(CURLcode code) const;

  CurlClient& owner;
  CURL* handle;
  Outgoing request;
  CallEvents events;
  bool added = false;      // to the multi handle
  bool abandoned = false;  // its Call is gone
  int status = 0;
  Headers headers;

 private:
  static size_t OnRead(char* into, size_t size, size_t count, void* self);
  static int OnSeek(void* self, curl_off_t offset, int origin);
  static size_t OnHeader(char* bytes, size_t size, size_t count, void* self);
  static size_t OnData(char* bytes, size_t size, size_t count, void* self);
  void TellHead();
  void ReleaseBody();

  curl_slist* header_list_ = nullptr;
  size_t read_piece_ = 0;  // of a body in pieces: what curl has read
  size_t read_at_ = 0;
  size_t header_bytes_ = 0;
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
  static void CloseWhenAlone(Transfer* transfer);
  void Remove(Transfer* transfer);
  void Finish(Transfer* transfer, const CallEnd& end);
  void Sweep();
  [[nodiscard]] CURL* TakeHandle();

  uv::Loop& loop_;
  Options options_;
  CURLM* multi_;
  uv::Timer timeout_;  // curl's own
  uv::Timer sweep_;    // ours: first byte and idleness
  uv::Timer wakeup_;   // what was asked for inside of a callback
  bool sweeping_ = false;
  int depth_ = 0;  // inside of curl: nothing may be added or removed
  std::unordered_map<Transfer*, std::unique_ptr<Transfer>> transfers_;
  std::vector<Transfer*> fresh_;      // to be added
  std::vector<Transfer*> abandoned_;  // to be removed
  std::vector<CURL*> spare_;
};

}  // namespace katra::http
