#include "core/http/client.h"

#include <utility>

#include "core/http/curl_client.h"
#include "core/http/loopback_client.h"

namespace katra::http {
namespace {

constexpr std::chrono::milliseconds kSweep{50};
constexpr size_t kSpareHandles = 64;

class CurlCall final : public Call {
 public:
  CurlCall(CurlClient& client, Transfer* transfer) : client_(client), transfer_(transfer) {}
  ~CurlCall() override { client_.Abandon(transfer_); }
  CurlCall(const CurlCall&) = delete;
  CurlCall& operator=(const CurlCall&) = delete;

  void Pause() override { client_.SetPaused(transfer_, true); }
  void Resume() override { client_.SetPaused(transfer_, false); }

 private:
  CurlClient& client_;
  Transfer* transfer_;
};

// Sends each request through the transport that suits its address (U10).
class ClientByAddress final : public Client {
 public:
  ClientByAddress(std::unique_ptr<LoopbackClient> local, std::unique_ptr<CurlClient> curl)
      : local_(std::move(local)), curl_(std::move(curl)) {}

  std::unique_ptr<Call> Start(Outgoing request, CallEvents events) override {
    if (LoopbackClient::Serves(request.url)) {
      return local_->Start(std::move(request), std::move(events));
    }
    return curl_->Start(std::move(request), std::move(events));
  }

 private:
  std::unique_ptr<LoopbackClient> local_;
  std::unique_ptr<CurlClient> curl_;
};

}  // namespace

// libuv's watch of one of curl's sockets.
struct CurlClient::Watch {
  CurlClient* client;
  curl_socket_t socket;
  uv::OwnedHandle<uv_poll_t> poll;
};

CurlClient::CurlClient(uv::Loop& loop, Options options, CURLM* multi)
    : loop_(loop),
      options_(std::move(options)),
      multi_(multi),
      timeout_(loop, [this] { Act(CURL_SOCKET_TIMEOUT, 0); }),
      sweep_(loop, [this] { Sweep(); }),
      wakeup_(loop, [this] { Settle(); }) {
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlClient::OnSocket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlClient::OnTimeout);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS,
                    static_cast<long>(options_.max_idle_connections));  // U7
}

CurlClient::~CurlClient() {
  for (const auto& [transfer, owned] : transfers_) {
    if (transfer->added) curl_multi_remove_handle(multi_, transfer->handle);
    curl_easy_cleanup(transfer->handle);
  }
  for (CURL* easy : spare_) curl_easy_cleanup(easy);
  curl_multi_cleanup(multi_);
}

CURL* CurlClient::TakeHandle() {
  if (spare_.empty()) return curl_easy_init();
  CURL* easy = spare_.back();
  spare_.pop_back();
  return easy;
}

std::unique_ptr<Call> CurlClient::Start(Outgoing request, CallEvents events) {
  auto owned =
      std::make_unique<Transfer>(*this, TakeHandle(), std::move(request), std::move(events));
  Transfer* transfer = owned.get();
  transfers_.emplace(transfer, std::move(owned));
  transfer->Configure(options_);
  if (depth_ == 0) {
    Add(transfer);
  } else {
    fresh_.push_back(transfer);
    wakeup_.Start(std::chrono::milliseconds(0));
  }
  if (!sweeping_) {
    sweeping_ = true;
    sweep_.Start(kSweep);
  }
  return std::make_unique<CurlCall>(*this, transfer);
}

void CurlClient::Add(Transfer* transfer) {
  transfer->added = true;
  ++depth_;
  curl_multi_add_handle(multi_, transfer->handle);
  --depth_;
}

// curl may not send the reset of a cancelled HTTP/2 stream when it is the last one of its
// connection, and the server would continue its work. Closing the connection stops it too.
void CurlClient::CloseWhenAlone(Transfer* transfer) {
  if (transfer->request.http2) curl_easy_setopt(transfer->handle, CURLOPT_FORBID_REUSE, 1L);
}

void CurlClient::Remove(Transfer* transfer) {
  ++depth_;
  if (transfer->added) {
    CloseWhenAlone(transfer);
    curl_multi_remove_handle(multi_, transfer->handle);
  }
  --depth_;
  if (spare_.size() < kSpareHandles) {
    curl_easy_reset(transfer->handle);
    spare_.push_back(transfer->handle);
  } else {
    curl_easy_cleanup(transfer->handle);
  }
  transfers_.erase(transfer);
}

void CurlClient::Abandon(Transfer* transfer) {
  transfer->abandoned = true;
  if (depth_ == 0) {
    Remove(transfer);
  } else {
    abandoned_.push_back(transfer);
    wakeup_.Start(std::chrono::milliseconds(0));  // U9
  }
}

void CurlClient::SetPaused(Transfer* transfer, bool paused) {
  if (transfer->paused == paused || !transfer->added) return;
  transfer->paused = paused;
  transfer->last_byte = Transfer::Clock::now();
  ++depth_;
  // Resuming may run callbacks with data that curl holds.
  curl_easy_pause(transfer->handle, paused ? CURLPAUSE_RECV : CURLPAUSE_CONT);
  --depth_;
  wakeup_.Start(std::chrono::milliseconds(0));
}

void CurlClient::Act(curl_socket_t socket, int events) {
  int running = 0;
  ++depth_;
  curl_multi_socket_action(multi_, socket, events, &running);
  --depth_;
  Settle();
}

// Outside curl's callbacks: report finished transfers, start queued ones, free cancelled ones.
void CurlClient::Settle() {
  if (depth_ > 0) return;
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    Transfer* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    Finish(transfer, transfer->Outcome(message->data.result));
  }
  for (Transfer* transfer : std::exchange(fresh_, {})) {
    if (!transfer->abandoned) Add(transfer);
  }
  for (Transfer* transfer : std::exchange(abandoned_, {})) Remove(transfer);
}

void CurlClient::Finish(Transfer* transfer, const CallEnd& end) {
  // curl is done with the transfer, which exists until its Call is destroyed.
  if (!end.complete) CloseWhenAlone(transfer);
  curl_multi_remove_handle(multi_, transfer->handle);
  transfer->added = false;
  const auto tell = std::move(transfer->events.end);
  transfer->events = CallEvents{};
  if (tell && !transfer->abandoned) tell(end);
}

void CurlClient::Sweep() {
  const auto now = Transfer::Clock::now();
  std::vector<Transfer*> expired;
  for (const auto& [transfer, owned] : transfers_) {
    if (transfer->added && !transfer->abandoned && transfer->Expired(now, transfer->request)) {
      expired.push_back(transfer);
    }
  }
  ++depth_;  // transfers that callbacks destroy must survive the loop
  for (Transfer* transfer : expired) {
    if (transfer->abandoned) continue;
    Finish(transfer, transfer->TimedOut());
  }
  --depth_;
  Settle();
  sweeping_ = !transfers_.empty();
  if (sweeping_) sweep_.Start(kSweep);
}

int CurlClient::OnSocket(CURL*, curl_socket_t socket, int what, void* self, void* watch) {
  static_cast<CurlClient*>(self)->Watching(socket, what, static_cast<Watch*>(watch));
  return 0;
}

void CurlClient::Watching(curl_socket_t socket, int what, Watch* watch) {
  if (what == CURL_POLL_REMOVE) {
    curl_multi_assign(multi_, socket, nullptr);
    delete watch;
    return;
  }
  if (watch == nullptr) {
    auto poll = std::make_unique<uv_poll_t>();
    const int status = uv_poll_init_socket(loop_.raw(), poll.get(), socket);
    watch = new Watch{this, socket, uv::Own(std::move(poll), status)};
    if (!watch->poll) {
      delete watch;
      return;
    }
    watch->poll->data = watch;
    curl_multi_assign(multi_, socket, watch);
  }
  const int events = ((what & CURL_POLL_IN) != 0 ? UV_READABLE : 0) |
                     ((what & CURL_POLL_OUT) != 0 ? UV_WRITABLE : 0);
  uv_poll_start(watch->poll.get(), events, [](uv_poll_t* poll, int status, int seen) {
    const auto* about = static_cast<Watch*>(poll->data);
    int flags = status < 0 ? CURL_CSELECT_ERR : 0;
    if ((seen & UV_READABLE) != 0) flags |= CURL_CSELECT_IN;
    if ((seen & UV_WRITABLE) != 0) flags |= CURL_CSELECT_OUT;
    about->client->Act(about->socket, flags);  // may destroy `about`
  });
}

int CurlClient::OnTimeout(CURLM*, long millis, void* self) {
  auto* client = static_cast<CurlClient*>(self);
  if (millis < 0) {
    client->timeout_.Stop();
  } else {
    client->timeout_.Start(std::chrono::milliseconds(millis));  // U8
  }
  return 0;
}

Result<std::unique_ptr<Client>> Client::Make(uv::Loop& loop, Options options) {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    return Fail(ErrorCode::kInternal, "libcurl cannot be initialised");
  }
  CURLM* multi = curl_multi_init();
  if (multi == nullptr) return Fail(ErrorCode::kResourceExhausted, "no memory for libcurl");
  auto local = std::make_unique<LoopbackClient>(loop, options.max_idle_connections);
  return std::make_unique<ClientByAddress>(
      std::move(local), std::make_unique<CurlClient>(loop, std::move(options), multi));
}

}  // namespace katra::http
