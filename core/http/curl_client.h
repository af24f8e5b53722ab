// The client on libcurl's multi interface. Internal to client.cc and transfer.cc.
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

// A request in flight. Owned by the client; its Call points to it.
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
  size_t read_piece_ = 0;  // position of curl's reading in a body of several pieces
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
  struct Watch;  // libuv's watch of one of curl's sockets

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
  uv::Timer timeout_;  // drives curl's timers
  uv::Timer sweep_;    // checks first-byte and idle timeouts
  uv::Timer wakeup_;   // runs what was requested inside a callback
  bool sweeping_ = false;
  int depth_ = 0;  // above 0: inside a curl call, where no handle may be added or removed
  std::unordered_map<Transfer*, std::unique_ptr<Transfer>> transfers_;
  std::vector<Transfer*> fresh_;      // to be added
  std::vector<Transfer*> abandoned_;  // to be removed
  std::vector<CURL*> spare_;
};

}  // namespace katra::http
