#include "cli/watch/room_view.h"

#include <algorithm>
#include <utility>

#include "cli/output.h"
#include "cli/sessions/records.h"
#include "core/text.h"
#include "render/receipts.h"

namespace katra::cli {
namespace {

constexpr int kPage = 200;
constexpr size_t kMostKept = 500;
constexpr std::chrono::seconds kPatience{3};
constexpr std::chrono::seconds kHeartbeat{10};

}  // namespace

RoomView::RoomView(const CommandSession& session, const Context& context)
    : session_(session),
      context_(context),
      room_(session.room().empty() ? session.info().room : session.room()),
      last_beat_(context.clock().Steady()) {}

Status RoomView::Refresh() {
  if (Status read = ReadNews(); !read) return read;
  if (Status read = ReadInbox(); !read) return read;
  while (messages_.size() > kMostKept) messages_.erase(messages_.begin());
  Status sessions = ReadSessions();
  first_ = false;
  return sessions;
}

std::string RoomView::TakeCall() { return std::exchange(call_, {}); }

// Those in the room, and those that `katra start` has started and that have not connected yet.
Status RoomView::ReadSessions() {
  auto here = session_.store().WhoIsHere({}, context_.Call(kPatience));
  if (!here) return Pass(std::move(here));
  std::map<std::string, SessionRecord> running;
  if (const Result<Records> records = Records::Open(context_.home())) {
    std::vector<std::string> unreadable;  // `katra list` tells of them
    const auto all = records->List(&unreadable);
    for (size_t i = 0; all && i < all->size(); ++i) {
      const SessionRecord& record = (*all)[i];
      if (StateOf(record) == RecordState::kRunning) running[ToLowerAscii(record.persona)] = record;
    }
  }
  std::vector<ShownSession> present;
  for (store::Presence& one : *here) {
    if (one.session.id == session_.info().id) continue;
    ShownSession shown;
    shown.place = ShownFolder(one.session.working_folder, context_.user_home());
    const auto record = running.find(ToLowerAscii(one.session.persona));
    if (record != running.end() && !IsTerminalClient(one.session.client)) {
      shown.started = true;
      shown.attachable = record->second.background();
      running.erase(record);
    }
    shown.presence = std::move(one);
    present.push_back(std::move(shown));
  }
  for (auto& [name, record] : running) {
    ShownSession shown;
    shown.presence.session.persona = record.persona;
    shown.presence.session.tag = {record.provider, record.launch_model(),
                                  store::TagSource::kLaunch};
    shown.place = ShownFolder(record.folder, context_.user_home());
    shown.started = true;
    shown.attachable = record.background();
    present.push_back(std::move(shown));
  }
  for (const ShownSession& now : present) {
    const store::Session& session = now.presence.session;
    if (session.activity != store::Activity::kWaiting) continue;
    const bool waited =
        std::any_of(present_.begin(), present_.end(), [&](const ShownSession& before) {
          return before.presence.session.id == session.id &&
                 before.presence.session.activity == store::Activity::kWaiting;
        });
    if (!waited && !first_) call_ = session.persona + " waits for you";
  }
  present_ = std::move(present);
  return {};
}

// Marks the first message by somebody else since the user has last looked.
void RoomView::NoteNew(const store::Message& message) {
  const std::string& me = session_.info().persona;
  if (ToLowerAscii(message.from) == ToLowerAscii(me)) return;
  if (seen_) new_from_ = message.id;
  seen_ = false;
  if (!first_ && !message.to.empty()) call_ = message.from + " speaks to you";
}

// Including the user's own messages, which nobody hears.
Status RoomView::ReadNews() {
  const bool first = newest_ == 0;
  while (true) {
    store::HistoryRequest request;
    request.session = session_.info().id;
    request.room = room_;
    request.limit = kPage;
    if (!first) request.after = newest_;
    const auto reply = session_.store().History(request, context_.Call(kPatience));
    if (!reply) return tl::unexpected<Error>(reply.error());
    for (const store::HistoryHit& hit : reply->hits) {
      if (!first) NoteNew(hit.message);
      messages_[hit.message.id] = hit.message;
      newest_ = std::max(newest_, hit.message.id);
    }
    if (first || !reply->more || reply->hits.empty()) return {};
  }
}

// Direct messages from other rooms. Everything shown counts as heard.
Status RoomView::ReadInbox() {
  while (true) {
    store::HearRequest request;
    request.session = session_.info().id;
    request.room = room_;
    request.limit = kPage;
    const auto reply = session_.store().Hear(request, context_.Call(kPatience));
    if (!reply) return tl::unexpected<Error>(reply.error());
    if (reply->messages.empty()) return {};
    for (const store::HeardMessage& heard : reply->messages) {
      const bool known = messages_.count(heard.message.id) != 0;
      // At the start: of what the room shows, these were not heard before.
      if (!heard.history && (!known || first_)) NoteNew(heard.message);
      messages_[heard.message.id] = heard.message;
    }
    if (Status heard = session_.store().Acknowledge(
            session_.info().id, room_, reply->messages.back().message.id, context_.Call(kPatience));
        !heard || reply->left == 0) {
      return heard;
    }
  }
}

void RoomView::Beat() {
  const SteadyTime now = context_.clock().Steady();
  if (now - last_beat_ < kHeartbeat) return;
  last_beat_ = now;
  // Only affects presence, so not worth an error.
  static_cast<void>(
      session_.store().Heartbeat(session_.info().id, false, context_.Call(kPatience)));
}

Result<std::string> RoomView::Say(const std::string& line) {
  Addressing address = SplitAddress(line);
  store::SayRequest request;
  request.session = session_.info().id;
  request.room = room_;
  request.body = std::move(address.body);
  request.to = std::move(address.to);
  const auto receipt = session_.store().Say(request, context_.Call());
  if (!receipt) return tl::unexpected<Error>(receipt.error());
  return render::SaidText(*receipt);
}

void RoomView::Fill(WatchView* view) const {
  view->room = room_;
  view->persona = session_.info().persona;
  view->present = present_;
  view->new_from = new_from_;
  view->messages.clear();
  const WallTime now = context_.clock().Now();
  for (const auto& [id, message] : messages_) {
    view->messages.push_back({message, FormatLocal(message.said_at, now)});
  }
}

Addressing SplitAddress(const std::string& line) {
  Addressing address;
  std::string_view rest = Trim(line);
  while (rest.starts_with('@')) {
    size_t end = 1;
    while (end < rest.size() && IsName("a" + std::string(1, rest[end]))) ++end;
    const std::string_view name = rest.substr(1, end - 1);
    if (!IsName(name)) break;
    address.to.emplace_back(name);
    rest = rest.substr(end);
    while (!rest.empty() && (rest.front() == ',' || rest.front() == ':' || rest.front() == ' ')) {
      rest.remove_prefix(1);
    }
  }
  address.body = std::string(rest);
  return address;
}

}  // namespace katra::cli
