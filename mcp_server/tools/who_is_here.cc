// katra_who_is_here: the live sessions, page by page.
#include <nlohmann/json.hpp>

#include "mcp_server/tools/arguments.h"
#include "mcp_server/tools/output.h"
#include "mcp_server/tools/tool.h"
#include "render/bound.h"
#include "render/domain_json.h"
#include "render/peer_text.h"
#include "render/presence_text.h"

namespace katra::mcp {
namespace {

// The sessions from an offset on, as many as fit an answer.
struct PresencePage {
  const std::vector<store::Presence>& present;
  store::SessionId self;
  const std::string& room;
  size_t offset;
  WallTime now;
};

constexpr size_t kAroundBytes = 512;  // for the first and the last line

std::string PresenceText(const PresencePage& page) {
  const std::string where = page.room.empty() ? "" : " in " + render::Word(page.room);
  const size_t all = page.present.size();
  if (all == 0) return "nobody is here" + where;
  std::string text =
      render::Count(static_cast<int64_t>(all), "session", "sessions") + " here now" + where;
  size_t cost = kAroundBytes;
  for (size_t i = page.offset; i < all; ++i) {
    const store::Presence& one = page.present[i];
    const std::string line =
        "\n" + render::PresenceLine(one, one.session.id == page.self, page.now);
    cost += render::TextCost(line);
    if (i > page.offset && cost > render::kTextBudgetBytes) {
      return text + "\nand " + std::to_string(all - i) + " more: offset=" + std::to_string(i);
    }
    text += line;
  }
  if (page.offset >= all) text += "; none after the first " + std::to_string(page.offset);
  return text;
}

nlohmann::json PresencesJson(const PresencePage& page) {
  nlohmann::json object = {{"room", page.room}, {"in_all", page.present.size()}};
  nlohmann::json sessions = nlohmann::json::array();
  size_t cost = kAroundBytes;
  for (size_t i = page.offset; i < page.present.size(); ++i) {
    const store::Presence& one = page.present[i];
    nlohmann::json session = render::PresenceJson(one, one.session.id == page.self);
    cost += 1 + render::JsonCost(render::DumpJson(session));
    if (i > page.offset && cost > render::kTextBudgetBytes) {
      object["next_offset"] = i;
      break;
    }
    sessions.push_back(std::move(session));
  }
  object["sessions"] = std::move(sessions);
  return object;
}

ToolOutput Run(const CallEnvironment& environment, const nlohmann::json& arguments) {
  const std::string room = WordArgument(arguments, "room");
  const Result<std::vector<store::Presence>> present =
      environment.store.WhoIsHere(room, environment.context);
  if (!present) return ErrorOutput(present.error());
  const PresencePage page{*present, environment.session, room,
                          static_cast<size_t>(IntArgument(arguments, "offset", 0)),
                          environment.clock.Now()};
  return MakeOutput(
      arguments, [&] { return PresenceText(page); }, [&] { return PresencesJson(page); });
}

}  // namespace

extern const ToolDefinition kWhoIsHere = {
    .name = "katra_who_is_here", .lane = Lane::kRead, .run = &Run};

}  // namespace katra::mcp
