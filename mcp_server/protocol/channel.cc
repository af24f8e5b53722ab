#include "mcp_server/protocol/channel.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "core/text.h"
#include "render/addressed.h"

namespace katra::mcp {

void Channel::Begin() {
  begun_ = true;
  OnBell();
}

void Channel::OnBell() {
  if (!enabled_ || !begun_ || host_.session() == nullptr) return;
  if (looking_) {
    look_again_ = true;
  } else {
    Look();
  }
}

void Channel::Look() {
  looking_ = true;
  auto found = std::make_shared<Result<render::Addressed>>();
  runner_.Run(
      Lane::kHear, std::make_shared<std::atomic<bool>>(false),
      [found, session = *host_.session(), after = announced_](const CallEnvironment& environment) {
        *found = render::FindAddressed(session, after, environment.store, environment.context);
      },
      [this, found](const Error* error) {
        looking_ = false;
        if (error == nullptr && *found && (*found)->count > 0 && host_.session() != nullptr) {
          const render::Addressed& addressed = **found;
          announced_ = addressed.newest;
          // Values are strings and keys are words, because the client shows them as attributes.
          requests_.Notify("notifications/claude/channel",
                           {{"content", render::NoticeText(addressed, host_.session()->persona)},
                            {"meta",
                             {{"room", OneLine(addressed.room, store::kMaxNameBytes)},
                              {"from", OneLine(addressed.from, store::kMaxNameBytes)},
                              {"message", std::to_string(addressed.newest)}}}},
                           "channel");
          NoteWoken(addressed.newest);
        }
        // A failed look is repeated at the next change.
        if (std::exchange(look_again_, false)) OnBell();
      });
}

void Channel::NoteWoken(store::MessageId newest) {
  runner_.Run(
      Lane::kHear, std::make_shared<std::atomic<bool>>(false),
      [id = host_.session()->id, newest](const CallEnvironment& environment) {
        // Only for the sender's receipts, so not worth an error.
        static_cast<void>(environment.store.NoteWoken(id, newest, environment.context));
      },
      [](const Error*) {});
}

}  // namespace katra::mcp
