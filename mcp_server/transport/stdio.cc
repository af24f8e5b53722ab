#include "mcp_server/transport/stdio.h"

#include <algorithm>
#include <utility>

namespace katra::mcp {

Result<std::unique_ptr<StdioTransport>> StdioTransport::Open(const Deps& deps, int in, int out,
                                                             std::function<void()> ended) {
  auto transport = std::unique_ptr<StdioTransport>(new StdioTransport(deps, std::move(ended)));
  StdioTransport* const self = transport.get();
  auto source =
      uv::ByteSource::Open(deps.loop, in,
                           {[self](std::string_view bytes) { self->OnBytes(bytes); },
                            [self](const Status& status) { self->OnEndOfInput(status); }});
  if (!source) return Pass(std::move(source));
  auto sink = uv::ByteSink::Open(deps.loop, out,
                                 [self](const Status& status) { self->OnWriteFinished(status); });
  if (!sink) return Pass(std::move(sink));
  transport->source_ = std::move(*source);
  transport->sink_ = std::move(*sink);
  return transport;
}

StdioTransport::StdioTransport(const Deps& deps, std::function<void()> ended)
    : deps_(deps),
      ended_(std::move(ended)),
      timer_(deps.loop, [this] { OnTimer(); }),
      iteration_end_(deps.loop, [this] { Update(); }) {
  framer_.ObserveSkipped([this](std::string_view bytes, bool last) { OnSkipped(bytes, last); });
}

void StdioTransport::Begin() {
  source_->Resume();
  Update();
}

void StdioTransport::OnBytes(std::string_view bytes) {
  framer_.Feed(bytes);
  lines_left_ = true;
  Update();
}

void StdioTransport::OnEndOfInput(const Status& status) {
  if (!status) deps_.logger.Warning("stdin: " + status.error().message);
  if (state_ != State::kServing) return;
  input_ended_ = true;
  lines_left_ = true;
  framer_.Finish();
  // Lines that were held back for lack of room are still handled, as long as there is progress.
  deps_.server.EndInput();
  state_ = State::kDraining;
  progress_at_ = deps_.clock.Steady();
  Update();
}

void StdioTransport::OnWriteFinished(const Status& status) {
  writing_ = false;
  if (status) {
    deps_.server.outbox().Written();
  } else {
    client_gone_ = true;
  }
  Update();
}

void StdioTransport::OnTimer() {
  armed_for_ = SteadyTime::max();
  deps_.server.Tick(deps_.clock.Steady());
  Update();
}

// Calls in here may call Update() again; one run is enough.
void StdioTransport::Update() {
  if (updating_ || state_ == State::kEnded) return;
  updating_ = true;
  deps_.server.Continue();
  Flush();
  if (state_ == State::kServing || state_ == State::kDraining) HandleLines();
  if (client_gone_ && state_ != State::kClosing) {
    deps_.server.Abort();
    Close("the client stopped reading", kEndPatience);
  }
  if (state_ == State::kDraining) Drain();
  if (state_ == State::kClosing && deps_.clock.Steady() >= close_deadline_) End();
  updating_ = false;
  if (state_ != State::kEnded) ArmTimer();
}

void StdioTransport::HandleLines() {
  while (lines_left_ && deps_.server.WantsInput()) {
    const std::optional<LineFramer::Line> line = framer_.Next();
    if (!line) {
      lines_left_ = false;
      break;
    }
    // Lines that are too long are refused in OnSkipped(), when their id is known.
    if (!line->too_long) deps_.server.Handle(*line);
    Flush();
  }
  if (lines_left_) {
    source_->Pause();
  } else if (!input_ended_) {
    source_->Resume();
  }
}

void StdioTransport::OnSkipped(std::string_view bytes, bool ended) {
  const bool begins = !skipping_;
  skipping_ = !ended;
  if (begins) skipped_.emplace();
  if (!skipped_) return;
  skipped_->Feed(bytes);
  const RequestId id = skipped_->id();
  if (!ended && std::holds_alternative<std::monostate>(id.value)) return;
  deps_.server.RefuseTooLong(id);
  skipped_.reset();
}

void StdioTransport::Flush() {
  while (!writing_ && !client_gone_) {
    std::optional<std::string> line = deps_.server.outbox().Take();
    if (!line) return;
    const auto progress = sink_->Write(std::move(*line));
    if (!progress) {
      client_gone_ = true;
    } else if (*progress == uv::ByteSink::Progress::kPending) {
      writing_ = true;
    } else {
      deps_.server.outbox().Written();
    }
  }
}

void StdioTransport::Drain() {
  Outbox& outbox = deps_.server.outbox();
  if (!lines_left_ && deps_.server.IsIdle() && outbox.IsEmpty()) {
    Close("the client closed the connection", kEndPatience);
    return;
  }
  const SteadyTime now = deps_.clock.Steady();
  const size_t unwritten = outbox.bytes() + sink_->unwritten_bytes();
  if (deps_.server.ended() != progress_ended_ || unwritten != progress_bytes_) {
    progress_at_ = now;
    progress_ended_ = deps_.server.ended();
    progress_bytes_ = unwritten;
  }
  if (now >= NextDeadline()) {
    deps_.server.Abort();
    Close("the client closed the connection", kEndPatience);
  }
}

void StdioTransport::Interrupt(const std::string& reason) {
  if (state_ == State::kEnded) return;
  close_deadline_ = std::min(close_deadline_, deps_.clock.Steady() + kSignalPatience);
  if (state_ != State::kClosing) {
    deps_.server.Abort();
    Flush();
    Close(reason, kSignalPatience);
  }
  Update();
}

void StdioTransport::Close(const std::string& reason, std::chrono::milliseconds patience) {
  state_ = State::kClosing;
  source_->Pause();
  close_deadline_ = deps_.clock.Steady() + patience;
  deps_.host.Close(reason, [this] { End(); });
}

void StdioTransport::End() {
  if (state_ == State::kEnded) return;
  state_ = State::kEnded;
  timer_.Stop();
  ended_();
}

SteadyTime StdioTransport::NextDeadline() const {
  switch (state_) {
    case State::kServing:
      return deps_.server.NextDeadline();
    case State::kDraining:
      return progress_at_ + (deps_.server.outbox().IsEmpty() ? kStorePatience : kReadPatience);
    case State::kClosing:
      return close_deadline_;
    case State::kEnded:
      break;
  }
  return SteadyTime::max();
}

void StdioTransport::ArmTimer() {
  const SteadyTime next = NextDeadline();
  if (next == armed_for_) return;
  armed_for_ = next;
  if (next == SteadyTime::max()) {
    timer_.Stop();
    return;
  }
  const auto delay = next - deps_.clock.Steady();
  timer_.Start(std::chrono::ceil<std::chrono::milliseconds>(delay));
}

}  // namespace katra::mcp
