// The client's event loop.
#include "tests/bench/gateway/load.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "tests/bench/gateway/sockets.h"
#include "tests/bench/gateway/wire.h"

namespace katra::bench {
namespace {

constexpr uint64_t kSilenceNanos = 60'000'000'000;
constexpr int kOpenedAtOnce = 8;

uint64_t InNanos(std::chrono::milliseconds duration) {
  return static_cast<uint64_t>(duration.count()) * 1'000'000;
}

// Finds the times that events carry ("t=123;") in a body that comes in pieces.
class EventTimes {
 public:
  template <typename Found>
  void Feed(std::string_view bytes, Found&& found) {
    tail_.append(bytes);
    size_t at = 0;
    for (;;) {
      const size_t mark = tail_.find(" t=", at);
      const size_t end = mark == std::string::npos ? mark : tail_.find(';', mark);
      if (end == std::string::npos) {
        at = mark != std::string::npos
                 ? mark
                 : std::max(at, tail_.size() - std::min<size_t>(2, tail_.size()));
        break;
      }
      uint64_t sent = 0;
      std::from_chars(tail_.data() + mark + 3, tail_.data() + end, sent);
      found(sent);
      at = end;
    }
    tail_.erase(0, at);
  }

 private:
  std::string tail_;
};

// One connection and the request on it.
struct Flight {
  explicit Flight(const Shot& shot) : bytes(shot.bytes), counters(shot.counters) {}

  std::string bytes;
  std::vector<size_t> counters;
  int socket = -1;
  size_t written = 0;
  bool wants_write = false;
  uint64_t begun = 0;
  uint64_t first = 0;
  EventTimes times;
  std::unique_ptr<MessageReader> reader;
  bool is_intruder = false;
  bool open = false;
};

class Driver {
 public:
  explicit Driver(int port) : port_(port), epoll_(epoll_create1(EPOLL_CLOEXEC)) {}
  ~Driver() {
    for (const auto& flight : flights_) {
      if (flight->open) close(flight->socket);
    }
    close(epoll_);
  }
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  // What a whole answer is to be followed by, and what an event's time is for.
  std::function<void(Flight&)> whole;
  std::function<void(Flight&)> broken;
  std::function<void(uint64_t sent)> event;

  Flight& Open(const Shot& shot) {
    flights_.push_back(std::make_unique<Flight>(shot));
    Flight& flight = *flights_.back();
    flight.reader = std::make_unique<MessageReader>([this, &flight](std::string_view bytes) {
      if (flight.first == 0) flight.first = NowNanos();
      if (event && !flight.is_intruder) flight.times.Feed(bytes, event);
    });
    Reconnect(flight);
    return flight;
  }

  void Reconnect(Flight& flight) {
    if (flight.open) close(flight.socket);
    flight.socket = Connect(port_);
    flight.open = true;
    flight.wants_write = true;
    epoll_event watch{};
    watch.events = EPOLLIN | EPOLLOUT;
    watch.data.ptr = &flight;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, flight.socket, &watch);
    Begin(flight);
  }

  // Sends the request (again).
  void Begin(Flight& flight) {
    char digits[16];
    std::snprintf(digits, sizeof digits, "%08u", ++number_ % 100'000'000U);
    for (const size_t at : flight.counters) std::memcpy(flight.bytes.data() + at, digits, 8);
    flight.written = 0;
    flight.first = 0;
    flight.reader->Reset();
    flight.begun = NowNanos();
    Write(flight);
  }

  void Close(Flight& flight) {
    if (!flight.open) return;
    close(flight.socket);
    flight.open = false;
  }

  void Wait(int millis) {
    epoll_event events[256];
    const int ready = epoll_wait(epoll_, events, 256, millis);
    if (ready > 0) heard_ = NowNanos();
    if (NowNanos() - heard_ > kSilenceNanos) throw std::runtime_error("no answer for 60 s");
    for (int i = 0; i < ready; ++i) {
      auto& flight = *static_cast<Flight*>(events[i].data.ptr);
      if (!flight.open) continue;
      if ((events[i].events & EPOLLOUT) != 0) Write(flight);
      if ((events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) Read(flight);
    }
  }

 private:
  void Write(Flight& flight) {
    while (flight.written < flight.bytes.size()) {
      const ssize_t sent = send(flight.socket, flight.bytes.data() + flight.written,
                                flight.bytes.size() - flight.written, MSG_NOSIGNAL);
      if (sent <= 0) break;
      flight.written += static_cast<size_t>(sent);
    }
    const bool wants = flight.written < flight.bytes.size();
    if (wants == flight.wants_write) return;
    flight.wants_write = wants;
    epoll_event watch{};
    watch.events = wants ? EPOLLIN | EPOLLOUT : EPOLLIN;
    watch.data.ptr = &flight;
    epoll_ctl(epoll_, EPOLL_CTL_MOD, flight.socket, &watch);
  }

  void Read(Flight& flight) {
    const ssize_t got = recv(flight.socket, buffer_.data(), buffer_.size(), 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return Break(flight);
    flight.reader->Feed({buffer_.data(), static_cast<size_t>(got)});
    if (flight.reader->failed()) return Break(flight);
    if (!flight.reader->done()) return;
    if (flight.reader->Status() != 200) return Break(flight);
    whole(flight);
  }

  void Break(Flight& flight) {
    if (!told_) {
      told_ = true;
      std::fprintf(stderr, "first refusal on port %d: %.300s\n", port_,
                   flight.reader->head().c_str());
    }
    broken(flight);
  }

  int port_;
  int epoll_;
  std::vector<std::unique_ptr<Flight>> flights_;
  std::vector<char> buffer_ = std::vector<char>(262'144);
  unsigned number_ = 0;
  uint64_t heard_ = NowNanos();
  bool told_ = false;
};

}  // namespace

LoopResult RunLoop(int port, const Shot& shot, int connections, std::chrono::milliseconds duration,
                   size_t warm_up) {
  LoopResult result;
  Driver driver(port);
  uint64_t counted_from = 0;
  uint64_t until = 0;
  size_t seen = 0;
  int open = 0;
  const auto next = [&](Flight& flight, bool again) {
    if (until != 0 && NowNanos() >= until) {
      driver.Close(flight);
      --open;
    } else if (again) {
      driver.Reconnect(flight);
    } else {
      driver.Begin(flight);
    }
  };
  driver.whole = [&](Flight& flight) {
    const uint64_t now = NowNanos();
    if (++seen > warm_up) {
      if (counted_from == 0) {
        counted_from = now;
        until = now + InNanos(duration);
      } else {
        result.whole.Add(Nanos(now - flight.begun));
        result.first_byte.Add(Nanos((flight.first == 0 ? now : flight.first) - flight.begun));
      }
    }
    result.seconds = static_cast<double>(now - counted_from) / 1e9;
    next(flight, false);
  };
  driver.broken = [&](Flight& flight) {
    if (++result.errors > 1000) throw std::runtime_error("over 1000 requests were refused");
    next(flight, true);
  };
  for (; open < connections; ++open) driver.Open(shot);
  while (open > 0) driver.Wait(100);
  return result;
}

StreamsResult RunStreams(const StreamsPlan& plan) {
  StreamsResult result;
  Driver driver(plan.port);
  int open = 0;
  driver.whole = [&](Flight& flight) {
    if (!flight.is_intruder) {
      ++result.whole;
      result.first_byte.Add(Nanos(flight.first - flight.begun));
    }
    driver.Close(flight);
    --open;
  };
  driver.broken = [&](Flight& flight) {
    ++result.errors;
    driver.Close(flight);
    --open;
  };
  driver.event = [&](uint64_t sent) {
    const uint64_t now = NowNanos();
    ++result.events;
    result.late.Add(Nanos(now > sent ? now - sent : 0));
  };
  const uint64_t begun = NowNanos();
  int opened = 0;
  bool intruded = plan.intruder.bytes.empty();
  while (opened < plan.count || open > 0 || !intruded) {
    for (int i = 0; i < kOpenedAtOnce && opened < plan.count; ++i, ++opened, ++open) {
      driver.Open(plan.shot);
    }
    const uint64_t passed = NowNanos() - begun;
    if (!intruded && passed >= InNanos(plan.intruder_at)) {
      intruded = true;
      ++open;
      driver.Open(plan.intruder).is_intruder = true;
    }
    if (passed >= InNanos(plan.limit)) break;
    driver.Wait(1);
  }
  return result;
}

}  // namespace katra::bench
