#include "router/routing/router_model/prompt_template.h"

#include <cstdlib>
#include <utility>

#include "core/sha256.h"
#include "core/text.h"

namespace katra::router::routing::router_model {
namespace {

constexpr std::string_view kRoutes = "{routes}";
constexpr std::string_view kConversation = "{conversation}";

// The two spaces in the line of the task belong to the layout.
constexpr std::string_view kArchRouter = R"(
You choose the route that fits what the user of a conversation wants.
Every route there is stands in the <routes></routes> tags, with its name and its description:
<routes>
{routes}
</routes>

<conversation>
{conversation}
</conversation>

Name the route for the user's latest wish in the <conversation></conversation> tags.  Keep to these rules:
1. If no route fits, or what the user wanted is done already, the answer is {"route": "other"}.
2. Compare the latest wish with every description; earlier messages only explain it.
3. Answer with one name alone, spelt as it is in the <routes></routes> tags.

Give the answer as JSON of this form:
{"route": "route_name"}
)";

// So do the doubled braces in the line of the answer's form.
constexpr std::string_view kOrchestrator = R"(
You choose the routes that fit what the user of a conversation wants.
Every route there is stands in the <routes></routes> tags, one JSON object a line:
<routes>
{routes}
</routes>

This is the conversation with the user:
<conversation>
{conversation}
</conversation>

### Rules
1. Judge by the user's latest message; earlier ones only explain it.
2. Compare it with the description of every route, and name those that fit, the best one first.
3. Spell each name as it is in the <routes></routes> tags.
4. If no route fits, or what the user wanted is done already, the list is empty.

### Form of the answer
Answer with one JSON object of this form:
{{"route": ["route_name_1", "route_name_2", ...]}}
Write the object alone, without an explanation.
)";

// Where `word` stands in `text`; kInvalidArgument unless it does so once.
Result<size_t> PlaceOf(std::string_view text, std::string_view word) {
  const size_t at = text.find(word);
  if (at == std::string_view::npos) {
    return Fail(ErrorCode::kInvalidArgument, "a prompt of a router model must hold " +
                                                 std::string(word) + " once; it is missing");
  }
  if (text.find(word, at + 1) != std::string_view::npos) {
    return Fail(ErrorCode::kInvalidArgument, "a prompt of a router model must hold " +
                                                 std::string(word) +
                                                 " once; it is there several times");
  }
  return at;
}

PromptTemplate BuiltIn(std::string_view text) {
  auto parsed = PromptTemplate::Parse(std::string(text));
  if (!parsed) std::abort();  // a build bug
  return std::move(*parsed);
}

}  // namespace

Family FamilyOf(std::string_view model) {
  return ToLowerAscii(model).find("orchestrator") == std::string::npos ? Family::kArchRouter
                                                                       : Family::kOrchestrator;
}

const char* ToString(Family family) {
  return family == Family::kArchRouter ? "arch-router" : "plano-orchestrator";
}

const PromptTemplate& PromptTemplate::Of(Family family) {
  static const PromptTemplate arch_router = BuiltIn(kArchRouter);
  static const PromptTemplate orchestrator = BuiltIn(kOrchestrator);
  return family == Family::kArchRouter ? arch_router : orchestrator;
}

Result<PromptTemplate> PromptTemplate::Parse(std::string text) {
  const auto routes = PlaceOf(text, kRoutes);
  if (!routes) return tl::unexpected<Error>(routes.error());
  const auto conversation = PlaceOf(text, kConversation);
  if (!conversation) return tl::unexpected<Error>(conversation.error());
  if (*conversation < *routes) {
    return Fail(ErrorCode::kInvalidArgument,
                "in a prompt of a router model {routes} must stand before {conversation}");
  }
  PromptTemplate made;
  made.text_ = std::move(text);
  made.routes_at_ = *routes;
  made.conversation_at_ = *conversation;
  return made;
}

std::string PromptTemplate::Fill(std::string_view routes, std::string_view conversation) const {
  const std::string_view text = text_;
  const size_t between = routes_at_ + kRoutes.size();
  std::string out;
  out.reserve(text.size() + routes.size() + conversation.size());
  out += text.substr(0, routes_at_);
  out += routes;
  out += text.substr(between, conversation_at_ - between);
  out += conversation;
  out += text.substr(conversation_at_ + kConversation.size());
  return out;
}

bool IsPublished(Family family, std::string_view text) {
  // Of the constants in the makers' public source, as of 2026-04-15 and 2026-08-19.
  return Sha256Hex(text) ==
         (family == Family::kArchRouter
              ? "8004153a5e58066139d261d56392543ef29c63487ad4872aaba4d29929890dde"
              : "394e1dab0c2609822f9efbacf9a1faba18b63d645d547e7686adb00e51028882");
}

}  // namespace katra::router::routing::router_model
