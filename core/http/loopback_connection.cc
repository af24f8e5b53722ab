#include "core/http/loopback_connection.h"

#include <utility>

#include "core/http/ack.h"

namespace katra::http {
namespace {

uv_buf_t Buffer(std::string_view bytes) {
  // libuv only reads from it; its type predates const.
  return uv_buf_init(const_cast<char*>(bytes.data()), static_cast<unsigned>(bytes.size()));
}

std::string HeadOf(const Outgoing& request, const std::string& endpoint) {
  std::string_view target = std::string_view(request.url).substr(request.url.find("://") + 3);
  const size_t slash = target.find_first_of("/?");
  target = slash == std::string_view::npos ? std::string_view() : target.substr(slash);
  std::string head;
  head.reserve(1024);
  head.append(request.method).append(" ");
  if (target.empty() || target.front() != '/') head.push_back('/');
  head.append(target).append(" HTTP/1.1\r\nHost: ").append(endpoint).append("\r\n");
  for (const Header& header : request.headers) {
    if (AppendHeaderLine(header, &head)) head.append("\r\n");
  }
  if (request.body) {
    head.append("Content-Length: ").append(std::to_string(request.body->size())).append("\r\n");
  }
  return head.append("\r\n");
}

}  // namespace

LoopbackConnection::LoopbackConnection(LoopbackClient& client, std::string endpoint)
    : client_(&client), endpoint_(std::move(endpoint)) {
  uv_tcp_init(client.raw_loop(), &tcp_);
  tcp_.data = this;
  connect_.data = this;
  write_.data = this;
}

bool LoopbackConnection::Connect(const sockaddr* address) {
  const int status = uv_tcp_connect(&connect_, &tcp_, address, [](uv_connect_t* connect, int code) {
    static_cast<LoopbackConnection*>(connect->data)->OnConnected(code);
  });
  if (status != 0) return false;
  uv_tcp_nodelay(&tcp_, 1);  // U4
  return true;
}

void LoopbackConnection::OnConnected(int status) {
  if (closing_) return;
  if (status != 0) {
    const std::shared_ptr<LoopbackRequest> request = std::exchange(request_, nullptr);
    LoopbackClient* client = client_;
    Close();
    if (!request || client == nullptr) return;
    request->connection = nullptr;
    if (client->TryOtherAddress(request)) return;
    client->End(request, {false, CallFailure::kConnect, uv_strerror(status)});
    return;
  }
  connected_ = true;
  StartReading();
}

void LoopbackConnection::StartReading() {
  if (reading_ || closing_ || !connected_) return;
  reading_ = true;
  uv_read_start(
      reinterpret_cast<uv_stream_t*>(&tcp_),
      [](uv_handle_t* handle, size_t, uv_buf_t* buffer) {
        auto* self = static_cast<LoopbackConnection*>(handle->data);
        *buffer = self->client_ == nullptr ? uv_buf_init(nullptr, 0) : self->client_->read_buffer();
      },
      [](uv_stream_t* stream, ssize_t count, const uv_buf_t* buffer) {
        if (count != 0) static_cast<LoopbackConnection*>(stream->data)->OnRead(count, buffer->base);
      });
}

void LoopbackConnection::SetPaused(bool paused) {
  if (!paused) {
    StartReading();
  } else if (reading_) {
    reading_ = false;
    uv_read_stop(reinterpret_cast<uv_stream_t*>(&tcp_));
  }
}

void LoopbackConnection::Begin(std::shared_ptr<LoopbackRequest> request) {
  request_ = std::move(request);
  request_->connection = this;
  const Outgoing& outgoing = request_->outgoing;
  parser_.Reset(outgoing.method == "HEAD");
  head_ = HeadOf(outgoing, endpoint_);
  buffers_.clear();
  buffers_.push_back(Buffer(head_));
  if (outgoing.body) {
    for (const std::string_view piece : outgoing.body->pieces()) buffers_.push_back(Buffer(piece));
  }
  writing_ = true;
  client_->SendSoon(this);
}

// The request owns the bytes, so nothing is sent of one that was abandoned meanwhile.
void LoopbackConnection::Send() {
  if (closing_ || !request_) return;
  writing_ = false;
  auto* stream = reinterpret_cast<uv_stream_t*>(&tcp_);
  size_t skip = 0;
  if (connected_) {
    const int sent = uv_try_write(stream, buffers_.data(), static_cast<unsigned>(buffers_.size()));
    // A failure is reported by the next read.
    size_t left = sent > 0 ? static_cast<size_t>(sent) : 0;
    while (skip < buffers_.size() && left >= buffers_[skip].len) left -= buffers_[skip++].len;
    if (skip == buffers_.size()) return;
    buffers_[skip].base += left;
    buffers_[skip].len -= left;
  }
  writing_ = true;
  const int status =
      uv_write(&write_, stream, buffers_.data() + skip,
               static_cast<unsigned>(buffers_.size() - skip), [](uv_write_t* write, int code) {
                 static_cast<LoopbackConnection*>(write->data)->OnWritten(code);
               });
  if (status != 0) writing_ = false;  // as above
}

// A failed write is reported by the next read, because the server may have answered before it
// closed.
void LoopbackConnection::OnWritten(int status) {
  writing_ = false;
  if (status == 0 && parser_.begun()) ReleaseBody();
}

void LoopbackConnection::ReleaseBody() {
  if (request_) request_->outgoing.body.reset();
}

void LoopbackConnection::OnRead(ssize_t count, const char* bytes) {
  if (closing_) return;
  if (!request_) {  // idle: the connection ended, or unsolicited bytes arrived
    Close();
    return;
  }
  const std::shared_ptr<LoopbackRequest> request = request_;  // callbacks may drop it
  if (count > 0) {
    request->last_byte = CallClock::Clock::now();
    TakeReply({bytes, static_cast<size_t>(count)});
    return;
  }
  if (parser_.Finish()) {
    Complete();
  } else if (used_ && !parser_.begun()) {
    // The server had closed the idle connection before the request arrived, so it can be sent
    // again.
    LoopbackClient* client = client_;
    request_ = nullptr;
    request->connection = nullptr;
    Close();
    client->Send(request, true);
  } else {
    Fail(CallFailure::kCut, count == UV_EOF ? "the server closed the connection before the end"
                                            : uv_strerror(static_cast<int>(count)));
  }
}

void LoopbackConnection::TakeReply(std::string_view bytes) {
  const std::shared_ptr<LoopbackRequest> request = request_;
  const bool first = !parser_.begun();
  const ResponseParser::News news = parser_.Feed(bytes);
  if (first && !writing_) ReleaseBody();
  if (news.head) {
    request->head_told = true;
    if (request->events.head) request->events.head(parser_.status(), parser_.headers());
  }
  if (request->over) return;
  if (!news.data.empty() && request->events.data) request->events.data(news.data);
  if (request->over) return;
  if (parser_.state() == ResponseParser::State::kDone) {
    Complete();
    return;
  }
  if (parser_.state() == ResponseParser::State::kFailed) {
    Fail(CallFailure::kProtocol, parser_.error());
  } else {
    AcknowledgeNow(reinterpret_cast<uv_stream_t*>(&tcp_));
  }
}

void LoopbackConnection::Complete() {
  const std::shared_ptr<LoopbackRequest> request = std::exchange(request_, nullptr);
  request->connection = nullptr;
  LoopbackClient* client = client_;
  if (parser_.reusable() && !writing_) {
    used_ = true;
    idle_since_ = CallClock::Clock::now();
    StartReading();
    client->Idle(this);
  } else {
    Close();
  }
  client->End(request, {true, CallFailure::kCut, ""});
}

void LoopbackConnection::Fail(CallFailure failure, const std::string& message) {
  const std::shared_ptr<LoopbackRequest> request = std::exchange(request_, nullptr);
  if (request) request->connection = nullptr;
  LoopbackClient* client = client_;
  Close();
  if (request && client != nullptr) client->End(request, {false, failure, message});
}

void LoopbackConnection::Close() {
  if (closing_) return;
  closing_ = true;
  request_ = nullptr;
  if (client_ != nullptr) client_->Closing(this);
  uv_close(reinterpret_cast<uv_handle_t*>(&tcp_), [](uv_handle_t* handle) {
    auto* self = static_cast<LoopbackConnection*>(handle->data);
    if (self->client_ != nullptr) self->client_->Closed(self);
    delete self;
  });
}

}  // namespace katra::http
