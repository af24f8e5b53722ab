#include "cli/watch/terminal.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ostream>
#include <utility>

namespace katra::cli {

Result<std::unique_ptr<RawTerminal>> RawTerminal::Enter(std::ostream& out) {
  termios before{};
  if (tcgetattr(STDIN_FILENO, &before) != 0) {
    return Fail(ErrorCode::kFailedPrecondition,
                std::string("stdin is not a terminal: ") + std::strerror(errno));
  }
  termios raw = before;
  cfmakeraw(&raw);
  raw.c_oflag |= OPOST;
  if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw) != 0) {
    return Fail(ErrorCode::kFailedPrecondition,
                std::string("the terminal does not support raw mode: ") + std::strerror(errno));
  }
  // Alternate screen, and bracketed paste.
  out << "\x1b[?1049h\x1b[?2004h\x1b[2J";
  out.flush();
  return std::unique_ptr<RawTerminal>(new RawTerminal(out, before));
}

RawTerminal::~RawTerminal() {
  out_ << "\x1b[?2004l\x1b[?25h\x1b[?1049l";
  out_.flush();
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
}

void RawTerminal::Show(const Screen& screen) {
  const auto go = [](size_t row, size_t column) {
    return "\x1b[" + std::to_string(row + 1) + ";" + std::to_string(column + 1) + "H";
  };
  std::string text = "\x1b[?25l";
  if (shown_.size() != screen.rows.size()) {
    text += "\x1b[2J";
    shown_.assign(screen.rows.size(), std::string());
  }
  for (size_t i = 0; i < screen.rows.size(); ++i) {
    if (shown_[i] == screen.rows[i]) continue;
    text += go(i, 0) + "\x1b[2K" + screen.rows[i];
  }
  shown_ = screen.rows;
  text += go(static_cast<size_t>(screen.cursor_row), static_cast<size_t>(screen.cursor_column)) +
          "\x1b[?25h";
  out_ << text;
  out_.flush();
}

Result<std::unique_ptr<WatchEvents>> WatchEvents::Make(store::Watchable& store) {
  auto loop = uv::Loop::Make();
  if (!loop) return Pass(std::move(loop));
  auto events = std::unique_ptr<WatchEvents>(new WatchEvents(std::move(*loop)));
  WatchEvents* const self = events.get();
  self->timer_ = std::make_unique<uv::Timer>(*self->loop_, [self] { self->loop_->Stop(); });
  for (const int number : std::array{SIGINT, SIGTERM, SIGHUP, SIGWINCH}) {
    auto caught = uv::Signal::Catch(*self->loop_, number, [self, number] {
      (number == SIGWINCH ? self->happened_.resized : self->happened_.ended) = true;
      self->loop_->Stop();
    });
    if (!caught) return Pass(std::move(caught));
    self->signals_.push_back(std::move(*caught));
  }
  auto watch = store.Watch(*self->loop_, [self] {
    self->happened_.changed = true;
    self->loop_->Stop();
  });
  if (!watch) return Pass(std::move(watch));
  self->watch_ = std::move(*watch);
  auto keys = uv::ByteSource::Open(*self->loop_, STDIN_FILENO,
                                   {[self](std::string_view bytes) {
                                      self->happened_.typed.append(bytes);
                                      self->loop_->Stop();
                                    },
                                    [self](const Status&) {
                                      self->happened_.ended = true;
                                      self->loop_->Stop();
                                    }});
  if (!keys) return Pass(std::move(keys));
  self->keys_ = std::move(*keys);
  self->keys_->Resume();
  return events;
}

Happenings WatchEvents::Wait(std::chrono::milliseconds patience) {
  timer_->Start(patience);
  loop_->Run();
  timer_->Stop();
  return std::exchange(happened_, {});
}

}  // namespace katra::cli
