#include "render/addressed.h"

#include <algorithm>

#include "core/text.h"
#include "render/peer_text.h"
#include "store/mentions.h"

namespace katra::render {

Result<Addressed> FindAddressed(const store::Session& session, store::MessageId after,
                                store::RoomStore& store, const store::CallContext& context) {
  constexpr int kMost = 200;
  store::HearRequest request;
  request.session = session.id;
  request.peek = true;
  request.limit = kMost;
  request.weight = [](const store::Message&) { return size_t{0}; };
  const Result<store::HearReply> reply = store.Hear(request, context);
  if (!reply) return tl::unexpected<Error>(reply.error());
  Addressed found;
  for (const store::HeardMessage& heard : reply->messages) {
    const bool is_for_it = heard.direct || store::Mentions(heard.message.body, session.persona);
    if (heard.history || heard.message.id <= after || !is_for_it) continue;
    ++found.count;
    found.newest = heard.message.id;
    found.newest_at = heard.message.said_at;
    found.from = heard.message.from;
    found.room = heard.message.room;
    if (std::find(found.senders.begin(), found.senders.end(), found.from) == found.senders.end()) {
      found.senders.push_back(found.from);
    }
  }
  return found;
}

std::string NoticeText(const Addressed& addressed, const std::string& persona) {
  return Count(addressed.count, "message", "messages") + " in Katra for " + Word(persona) +
         ", the newest from " + Word(addressed.from) + " in room " + Word(addressed.room) +
         ". Unless shown to you already, call katra_hear to read it.";
}

}  // namespace katra::render
