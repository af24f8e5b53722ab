#include "core/http/connection.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "core/http/ack.h"

namespace katra::http {
namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::chrono::seconds kLingerTime{2};
constexpr size_t kSmallBytes = 16 * 1024;
constexpr size_t kLingerBytes = 8 * 1024 * 1024;

uv_buf_t Buffer(std::string_view bytes) {
  // libuv only reads from it; its type predates const.
  return uv_buf_init(const_cast<char*>(bytes.data()), static_cast<unsigned>(bytes.size()));
}

bool HasBody(int status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace

// The handler's view of the request. May outlive the connection; calls are then no-ops.
class Connection::Answer final : public Exchange {
 public:
  Answer(Connection* connection, Request request)
      : connection_(connection),
        request_(std::move(request)),
        head_only_(request_.method == "HEAD") {}

  Request& request() override { return request_; }
  bool gone() const override { return connection_ == nullptr; }
  bool begun() const override { return begun_; }
  size_t pending_bytes() const override {
    if (connection_ == nullptr) return 0;
    return connection_->backlog_.size() +
           (connection_->write_busy_ ? connection_->stream_->write_queue_size : 0) + head_.size();
  }

  void Respond(Response response) override {
    if (connection_ == nullptr || begun_) return;
    begun_ = true;
    const std::string head = connection_->Head(response.status, response.headers,
                                               static_cast<int64_t>(response.body.size()));
    const std::array<uv_buf_t, 2> buffers = {Buffer(head), Buffer(response.body)};
    const bool body = !head_only_ && !response.body.empty() && HasBody(response.status);
    Connection* connection = connection_;
    connection->ended_ = true;
    connection->Send(buffers.data(), body ? 2 : 1);
    connection->AnswerEnded();
  }

  void Begin(int status, Headers headers) override {
    if (connection_ == nullptr || begun_) return;
    begun_ = true;
    head_ = connection_->Head(status, headers, -1);
  }

  void Write(std::string_view bytes) override {
    if (connection_ == nullptr || !begun_ || bytes.empty()) return;
    std::array<char, 24> size{};
    const int length = std::snprintf(size.data(), size.size(), "%zx\r\n", bytes.size());
    const std::string head = std::exchange(head_, {});
    const std::array<uv_buf_t, 4> buffers = {Buffer(head),
                                             Buffer({size.data(), static_cast<size_t>(length)}),
                                             Buffer(bytes), Buffer("\r\n")};
    const size_t skip = head.empty() ? 1 : 0;
    connection_->Send(buffers.data() + skip, buffers.size() - skip);
  }

  void End() override {
    if (connection_ == nullptr || !begun_) return;
    const std::string head = std::exchange(head_, {});
    const std::array<uv_buf_t, 2> buffers = {Buffer(head), Buffer("0\r\n\r\n")};
    const size_t skip = head.empty() ? 1 : 0;
    Connection* connection = connection_;
    connection->ended_ = true;
    connection->Send(buffers.data() + skip, buffers.size() - skip);
    connection->AnswerEnded();
  }

  void Cut() override {
    if (connection_ == nullptr) return;
    Connection* connection = connection_;
    Detach();
    connection->Flush();  // send what was written before
    connection->Close();
  }

  void Observe(std::function<void()> on_gone, std::function<void()> on_drained) override {
    on_gone_ = std::move(on_gone);
    on_drained_ = std::move(on_drained);
  }

  void Drained() {
    if (on_drained_) on_drained_();
  }
  void Detach() { connection_ = nullptr; }
  void LoseClient() {
    connection_ = nullptr;
    const auto on_gone = std::move(on_gone_);
    on_gone_ = nullptr;
    on_drained_ = nullptr;
    if (on_gone) on_gone();
  }

 private:
  Connection* connection_;
  Request request_;
  bool head_only_;
  bool begun_ = false;
  std::string head_;  // head of a streamed answer, until its first bytes are written
  std::function<void()> on_gone_;
  std::function<void()> on_drained_;
};

Connection::Connection(Host& host, uv_stream_t* stream, bool local)
    : host_(host), stream_(stream), local_(local), known_(local), parser_(*host.limits) {
  stream_->data = this;
  write_.data = this;
  since_ = last_byte_ = last_taken_ = Clock::now();
}

Connection::~Connection() = default;

void Connection::Start() { GoOn(); }

void Connection::GoOn() {
  if (phase_ == Phase::kClosed) return;
  uv_read_start(
      stream_,
      [](uv_handle_t* handle, size_t, uv_buf_t* buffer) {
        *buffer = static_cast<Connection*>(handle->data)->host_.read_buffer;
      },
      [](uv_stream_t* stream, ssize_t count, const uv_buf_t* buffer) {
        auto* self = static_cast<Connection*>(stream->data);
        if (count > 0) self->OnRead({buffer->base, static_cast<size_t>(count)});
        if (count < 0) self->Close();
      });
}

void Connection::Close() {
  if (phase_ == Phase::kClosed) return;
  phase_ = Phase::kClosed;
  CountHead(0);
  parser_.Drop();  // frees the buffers now; the connection is freed at the end of the iteration
  host_.closing(this);
  const std::shared_ptr<Answer> answer = std::move(answer_);
  answer_ = nullptr;
  uv_close(reinterpret_cast<uv_handle_t*>(stream_), [](uv_handle_t* handle) {
    auto* self = static_cast<Connection*>(handle->data);
    if (handle->type == UV_TCP) {
      delete reinterpret_cast<uv_tcp_t*>(handle);
    } else {
      delete reinterpret_cast<uv_pipe_t*>(handle);
    }
    self->host_.closed(self);
  });
  if (answer && !ended_) {
    answer->LoseClient();
  } else if (answer) {
    answer->Detach();
  }
}

void Connection::OnRead(std::string_view bytes) {
  last_byte_ = Clock::now();
  switch (phase_) {
    case Phase::kReading:
      TakeBytes(bytes);
      break;
    case Phase::kAnswering:
      close_after_ = true;  // pipelining is not supported
      break;
    case Phase::kLingering:
      discarded_ += bytes.size();
      if (discarded_ > kLingerBytes) Close();
      break;
    case Phase::kClosed:
      break;
  }
}

void Connection::TakeBytes(std::string_view bytes) {
  const bool had_begun = parser_.begun();
  while (phase_ == Phase::kReading && !bytes.empty()) {
    const bool had_head = parser_.state() != RequestParser::State::kHead;
    bytes.remove_prefix(parser_.Feed(bytes));
    const RequestParser::State state = parser_.state();
    CountHead(state == RequestParser::State::kHead ? parser_.head_bytes() : 0);
    if (phase_ == Phase::kClosed) return;  // the server closed this one to make room
    if (state == RequestParser::State::kFailed) {
      RefuseNow(parser_.error_status(), parser_.error());
      return;
    }
    if (!had_head && state != RequestParser::State::kHead) HeadReady();
    if (phase_ == Phase::kReading && state == RequestParser::State::kDone) {
      if (!bytes.empty()) close_after_ = true;
      Dispatch();
      return;
    }
  }
  // Blank lines do not begin a request, and must not extend the timeout.
  if (!had_begun && parser_.begun() && parser_.state() == RequestParser::State::kHead) {
    since_ = last_byte_;
  }
  RestWhenBusy();
  // Many clients send the body in a separate write.
  const bool head_alone =
      parser_.state() == RequestParser::State::kBody && parser_.request().body.empty();
  if (phase_ == Phase::kReading && head_alone) AcknowledgeNow(stream_);
}

// Decompression takes time that the number of bytes read does not show.
void Connection::RestWhenBusy() {
  constexpr size_t kInflatedInARound = size_t{4} * 1024 * 1024;
  if (phase_ != Phase::kReading ||
      parser_.inflated_bytes() < inflated_before_rest_ + kInflatedInARound) {
    return;
  }
  inflated_before_rest_ = parser_.inflated_bytes();
  uv_read_stop(stream_);
  host_.rest(this);
}

void Connection::CountHead(size_t bytes) {
  if (known_) bytes = 0;
  host_.unknown_head_bytes += bytes;
  host_.unknown_head_bytes -= counted_head_bytes_;
  const bool more = bytes > counted_head_bytes_;
  counted_head_bytes_ = bytes;
  if (more && host_.unknown_head_bytes > host_.limits->unknown_head_bytes) host_.heads_too_large();
}

void Connection::SetKnown(bool known) {
  if (known_ == known) return;
  known_ = known;
  host_.known_changed(this);
}

void Connection::HeadReady() {
  since_ = last_byte_;
  inflated_before_rest_ = 0;
  parser_.request().local = local_;
  std::optional<Response> refused = host_.handler->Admit(parser_.request());
  SetKnown(local_ || (!refused && !host_.handler->IsForAnybody(parser_.request())));
  if (refused) {
    close_after_ = close_after_ || parser_.state() != RequestParser::State::kDone;
    phase_ = Phase::kAnswering;
    answer_ = std::make_shared<Answer>(this, std::move(parser_.request()));
    const std::shared_ptr<Answer> answer = answer_;
    answer->Respond(std::move(*refused));
    return;
  }
  if (parser_.expects_continue() && parser_.state() == RequestParser::State::kBody) {
    const uv_buf_t buffer = Buffer(kContinue);
    Send(&buffer, 1);
  }
}

void Connection::Dispatch() {
  phase_ = Phase::kAnswering;
  ended_ = false;
  last_taken_ = last_byte_;
  answer_ = std::make_shared<Answer>(this, std::move(parser_.request()));
  host_.handler->Handle(answer_);
}

void Connection::RefuseNow(int status, const std::string& why) {
  phase_ = Phase::kAnswering;
  close_after_ = true;
  answer_ = std::make_shared<Answer>(this, Request{});
  const std::shared_ptr<Answer> answer = answer_;
  answer->Respond(host_.handler->Refuse(status, why));
}

std::string Connection::Head(int status, const Headers& headers, int64_t length) {
  if (!parser_.keep_alive() || host_.draining) close_after_ = true;
  std::string head;
  head.reserve(512);
  head.append("HTTP/1.1 ").append(std::to_string(status)).append(" ");
  head.append(ReasonPhrase(status)).append("\r\n").append(host_.date);
  for (const Header& header : headers.all()) {
    if (AppendHeaderLine(header, &head)) head.append("\r\n");
  }
  if (length >= 0 && HasBody(status)) {
    head.append("content-length: ").append(std::to_string(length)).append("\r\n");
  } else if (length < 0) {
    head.append("transfer-encoding: chunked\r\n");
  }
  if (close_after_) head.append("connection: close\r\n");
  head.append("\r\n");
  return head;
}

void Connection::Send(const uv_buf_t* buffers, size_t count) {
  if (phase_ == Phase::kClosed) return;
  size_t length = backlog_.size();
  for (size_t i = 0; i < count; ++i) length += buffers[i].len;
  if (!write_busy_ && length <= kSmallBytes) {
    for (size_t i = 0; i < count; ++i) backlog_.append(buffers[i].base, buffers[i].len);
    if (!flush_waits_) {
      flush_waits_ = true;
      host_.waiting.push_back(this);
    }
    return;
  }
  size_t sent = 0;
  if (!write_busy_ && backlog_.empty()) {
    const int status = uv_try_write(stream_, buffers, static_cast<unsigned>(count));  // H3
    if (status < 0 && status != UV_EAGAIN) {
      Close();
      return;
    }
    sent = status > 0 ? static_cast<size_t>(status) : 0;
    last_taken_ = Clock::now();
  }
  for (size_t i = 0; i < count; ++i) {
    const size_t skip = std::min(sent, buffers[i].len);
    sent -= skip;
    if (skip < buffers[i].len) backlog_.append(buffers[i].base + skip, buffers[i].len - skip);
  }
  if (!write_busy_ && !backlog_.empty()) StartWrite();
}

void Connection::Flush() {
  flush_waits_ = false;
  if (phase_ == Phase::kClosed || write_busy_) return;
  if (!backlog_.empty()) {
    const uv_buf_t buffer = Buffer(backlog_);
    const int status = uv_try_write(stream_, &buffer, 1);
    if (status < 0 && status != UV_EAGAIN) {
      Close();
      return;
    }
    backlog_.erase(0, status > 0 ? static_cast<size_t>(status) : 0);
    last_taken_ = Clock::now();
  }
  if (!backlog_.empty()) {
    StartWrite();
  } else if (ended_) {
    FinishAnswer();
  }
}

void Connection::StartWrite() {
  writing_ = std::move(backlog_);
  backlog_ = std::string();
  write_busy_ = true;
  unsent_before_ = writing_.size();
  const uv_buf_t buffer = Buffer(writing_);
  const int status = uv_write(&write_, stream_, &buffer, 1, [](uv_write_t* write, int outcome) {
    static_cast<Connection*>(write->data)->OnWritten(outcome);
  });
  if (status != 0) {
    write_busy_ = false;
    Close();
  }
}

void Connection::OnWritten(int status) {
  write_busy_ = false;
  writing_.clear();
  if (phase_ == Phase::kClosed) return;
  if (status != 0) {
    Close();
    return;
  }
  last_taken_ = Clock::now();
  if (!backlog_.empty()) {
    StartWrite();
    return;
  }
  if (ended_) {
    FinishAnswer();
  } else if (answer_) {
    const std::shared_ptr<Answer> answer = answer_;
    answer->Drained();
  }
}

void Connection::AnswerEnded() {
  if (phase_ == Phase::kClosed) return;
  if (answer_) answer_->Detach();
  if (!write_busy_ && !flush_waits_) FinishAnswer();
}

void Connection::FinishAnswer() {
  answer_ = nullptr;
  ended_ = false;
  if (close_after_ || host_.draining) {
    Linger();
    return;
  }
  parser_.Reset();
  phase_ = Phase::kReading;
  since_ = last_byte_ = Clock::now();
}

// The client may still be sending. Closing at once would reset the connection and destroy the
// answer before it is read.
void Connection::Linger() {
  phase_ = Phase::kLingering;
  since_ = Clock::now();
  auto* shutdown = new uv_shutdown_t;
  const int status =
      uv_shutdown(shutdown, stream_, [](uv_shutdown_t* request, int) { delete request; });
  if (status != 0) {
    delete shutdown;
    Close();
  }
}

void Connection::DrainNow() {
  if (phase_ == Phase::kReading && !parser_.begun()) Close();
}

void Connection::Check(Clock::time_point now) {
  const ServerLimits& limits = *host_.limits;
  switch (phase_) {
    case Phase::kReading:
      if (!parser_.begun()) {
        const auto patience = known_ ? limits.idle_timeout : limits.unknown_idle_timeout;
        if (now - since_ > patience) Close();
      } else if (parser_.state() == RequestParser::State::kHead) {
        if (now - since_ > limits.head_timeout) RefuseNow(408, "the head took too long to arrive");
      } else if (now - last_byte_ > limits.body_idle_timeout ||
                 now - since_ > limits.body_timeout) {
        RefuseNow(408, "the body took too long to arrive");
      }
      break;
    case Phase::kAnswering: {
      const size_t unsent = write_busy_ ? stream_->write_queue_size : 0;
      if (unsent == 0 || unsent < unsent_before_) last_taken_ = now;
      unsent_before_ = unsent;
      if (now - last_taken_ > limits.write_timeout) Close();
      break;
    }
    case Phase::kLingering:
      if (now - since_ > kLingerTime) Close();
      break;
    case Phase::kClosed:
      break;
  }
}

}  // namespace katra::http
