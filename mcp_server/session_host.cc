#include "mcp_server/session_host.h"

#include <algorithm>
#include <utility>

#include "core/text.h"

namespace katra::mcp {
namespace {

constexpr std::chrono::seconds kOpenPatience{20};
constexpr std::chrono::seconds kCallPatience{10};
constexpr size_t kMaxClientBytes = 128;

}  // namespace

struct SessionHost::Opened {
  std::shared_ptr<store::Store> store;
  std::optional<store::Session> session;
  std::optional<Error> error;
};

SessionHost::SessionHost(OpenStore open_store, store::SessionStart start, store::Executor& executor,
                         const Clock& clock, Logger& logger)
    : open_store_(std::move(open_store)),
      start_(std::move(start)),
      executor_(executor),
      clock_(clock),
      logger_(logger),
      last_beat_(clock.Steady()),
      next_upkeep_(clock.Steady() + kUpkeep) {}

void SessionHost::Open() {
  if (opening_ || session_ || *closing_) return;
  opening_ = true;
  if (!client_.empty()) {
    start_.client = client_;
    start_.client_version = client_version_;
  }
  described_ = start_.client + '\n' + start_.client_version;
  auto opened = std::make_shared<Opened>();
  opened->store = store_;
  executor_.Post(
      store::Executor::Lane::kWrite,
      [opened, open_store = open_store_, start = start_, closing = closing_,
       deadline = clock_.Steady() + kOpenPatience] {
        const store::CallContext context{deadline, closing.get()};
        if (!opened->store) {
          Result<std::shared_ptr<store::Store>> store = open_store(context);
          if (!store) {
            opened->error = std::move(store).error();
            return;
          }
          opened->store = std::move(*store);
        }
        Result<store::Session> session = opened->store->OpenSession(start, context);
        if (session) {
          opened->session = std::move(*session);
        } else {
          opened->error = std::move(session).error();
        }
      },
      [this, opened] { OnOpened(*opened); });
}

void SessionHost::OnOpened(const Opened& opened) {
  opening_ = false;
  store_ = opened.store;
  session_ = opened.session;
  if (opened.error) NoteFailure(*opened.error);
  if (*closing_) {
    EndSession();
    return;
  }
  if (session_) {
    if (failure_) logger_.Info("the session is open");
    failure_.reset();
    last_beat_ = clock_.Steady();
    SendDescription();
    for (const Events& events : observers_) events.opened(*session_);
  }
  const Error* const error = session_ ? nullptr : &*failure_;
  for (const auto& ready : std::exchange(waiting_, {})) ready(error);
}

void SessionHost::NoteFailure(const Error& error) {
  if (*closing_ && error.code == ErrorCode::kCancelled) return;  // cancelled by Close()
  const bool is_news = !failure_ || failure_->message != error.message;
  failure_ = error;
  if (!is_news) return;
  logger_.LogError(error.message);
  for (const Events& events : observers_) events.failed(error);
}

void SessionHost::WhenReady(std::function<void(const Error*)> ready) {
  if (session_) {
    ready(nullptr);
    return;
  }
  if (*closing_) return;
  waiting_.push_back(std::move(ready));
  Open();
}

std::optional<store::Session> SessionHost::KnownSession() const {
  if (session_ || start_.persona.empty()) return session_;
  store::Session launched;
  launched.persona = start_.persona;
  launched.role = start_.role;
  launched.room = start_.room;
  launched.tag = start_.tag;
  return launched;
}

void SessionHost::Adopt(const store::Session& session) {
  if (session_ && session.id == session_->id) session_ = session;
}

void SessionHost::DescribeClient(const std::string& name, const std::string& version) {
  if (name.empty()) return;
  client_ = TruncateUtf8(name, kMaxClientBytes);
  client_version_ = TruncateUtf8(version, kMaxClientBytes);
  SendDescription();
}

void SessionHost::SendDescription() {
  const std::string description = client_ + '\n' + client_version_;
  if (!session_ || client_.empty() || description == described_ || *closing_) return;
  described_ = description;
  executor_.Post(
      store::Executor::Lane::kWrite,
      [store = store_, id = session_->id, name = client_, version = client_version_,
       deadline = clock_.Steady() + kCallPatience, closing = closing_] {
        // Only shown to people, so not worth an error.
        static_cast<void>(store->DescribeClient(id, name, version, {deadline, closing.get()}));
      },
      [] {});
}

void SessionHost::NoteActivity() {
  const SteadyTime now = clock_.Steady();
  const bool is_recent =
      last_active_beat_ != SteadyTime::min() && now - last_active_beat_ < kActiveHeartbeat;
  if (!session_ || beating_ || is_recent) return;
  last_active_beat_ = now;
  SendHeartbeat(true);
}

void SessionHost::Tick(SteadyTime now) {
  if (session_ && !beating_ && now - last_beat_ >= kHeartbeat) SendHeartbeat(false);
  if (session_ && !tending_ && now >= next_upkeep_) Tend();
}

SteadyTime SessionHost::NextDeadline() const {
  if (!session_ || *closing_) return SteadyTime::max();
  const SteadyTime beat = beating_ ? SteadyTime::max() : last_beat_ + kHeartbeat;
  return tending_ ? beat : std::min(beat, next_upkeep_);
}

void SessionHost::SendHeartbeat(bool active) {
  if (*closing_) return;
  beating_ = true;
  last_beat_ = clock_.Steady();
  auto is_lost = std::make_shared<bool>(false);
  executor_.Post(
      store::Executor::Lane::kWrite,
      [store = store_, id = session_->id, active, is_lost, closing = closing_,
       deadline = clock_.Steady() + kCallPatience] {
        const Status beat = store->Heartbeat(id, active, {deadline, closing.get()});
        *is_lost = !beat && beat.error().code == ErrorCode::kNotFound;
      },
      [this, is_lost, id = session_->id] {
        beating_ = false;
        if (*is_lost && session_ && session_->id == id) ForgetSession();
      });
}

// Not on the lane of writes: a call that writes waits for one short transaction at most.
void SessionHost::Tend() {
  tending_ = true;
  auto more = std::make_shared<bool>(false);
  executor_.Post(
      store::Executor::Lane::kRead,
      [store = store_, more, closing = closing_, deadline = clock_.Steady() + kCallPatience] {
        // If this fails, it is tried again later.
        const auto tended = store->Tend({deadline, closing.get()});
        *more = tended && tended->more;
      },
      [this, more] {
        tending_ = false;
        next_upkeep_ = clock_.Steady() + (*more ? kUpkeepStep : std::chrono::milliseconds(kUpkeep));
      });
}

void SessionHost::ForgetSession() {
  // Another process considered this one dead, e.g. while the machine slept. The same persona starts
  // a new session; one whose persona was retired stays a guest.
  logger_.Warning("the session had been ended; starting a new one");
  start_.persona = session_->guest ? std::string() : session_->persona;
  session_.reset();
  Open();
}

void SessionHost::Close(const std::string& reason, std::function<void()> closed) {
  close_reason_ = reason;
  closed_ = std::move(closed);
  *closing_ = true;
  waiting_.clear();
  if (!opening_) EndSession();
}

void SessionHost::EndSession() {
  if (!session_) {
    if (closed_) closed_();
    return;
  }
  executor_.Post(
      store::Executor::Lane::kWrite,
      [store = store_, id = session_->id, reason = close_reason_,
       deadline = clock_.Steady() + kCallPatience] {
        // If this fails, other processes will find the session dead.
        static_cast<void>(store->EndSession(id, reason, {deadline, nullptr}));
      },
      [this] {
        if (closed_) closed_();
      });
}

}  // namespace katra::mcp
