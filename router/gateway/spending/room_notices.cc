#include "router/gateway/spending/room_notices.h"

#include <set>
#include <string>

#include "core/process.h"

namespace katra::router::gateway {
namespace {

constexpr std::chrono::seconds kPatience{10};

std::set<std::string> RoomsFor(store::Store& store, const BudgetNotice& notice,
                               const store::CallContext& call) {
  std::set<std::string> rooms;
  if (!notice.persona.empty()) {
    const auto sessions = store.LiveSessions({notice.persona, ""}, call);
    if (sessions) {
      for (const store::Session& session : *sessions) rooms.insert(session.room);
    }
  }
  if (rooms.empty()) {
    rooms.insert(notice.room.empty() ? std::string(store::kMainRoom) : notice.room);
  }
  return rooms;
}

Status SayIn(store::Store& store, const std::string& room, const BudgetNotice& notice,
             const store::CallContext& call) {
  store::SessionStart start;
  start.persona = kGatewayPersona;
  start.role = "tells of budgets";
  start.room = room;
  start.client = "katra gateway";
  start.process = CurrentProcess();
  const auto session = store.OpenSession(start, call);
  if (!session) return tl::unexpected<Error>(session.error());
  store::SayRequest request;
  request.session = session->id;
  request.body = notice.text + ".";
  request.idempotency_key = room + ": " + notice.id;
  Status said;
  if (auto receipt = store.Say(request, call); !receipt) said = Pass(std::move(receipt));
  static_cast<void>(store.EndSession(session->id, "said", call));
  return said;
}

}  // namespace

void RoomNotices::Say(const BudgetNotice& notice) {
  const auto failed = std::make_shared<std::string>();
  executor_.Post(
      store::Executor::Lane::kWrite,
      [open = open_, &clock = clock_, notice, failed] {
        const auto store = open();
        if (!store) {
          *failed = store.error().message;
          return;
        }
        const store::CallContext call{clock.Steady() + kPatience};
        const std::set<std::string> rooms = RoomsFor(**store, notice, call);
        for (const std::string& room : rooms) {
          if (auto said = SayIn(**store, room, notice, call); !said) {
            *failed = said.error().message;
          }
        }
      },
      [this, failed] {
        if (!failed->empty()) {
          logger_.Warning("the room could not be told of a budget: " + *failed);
        }
      });
}

}  // namespace katra::router::gateway
