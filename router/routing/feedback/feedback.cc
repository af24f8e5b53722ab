#include "router/routing/feedback/feedback.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/secrets.h"
#include "core/text.h"
#include "router/config/config.h"
#include "router/config/session.h"
#include "router/routing/learning/event.h"
#include "router/routing/learning/line_file.h"

namespace katra::router::routing {
namespace {

constexpr int kNewestAnswers = 200;
constexpr size_t kMaxNoteBytes = 500;

bool CameByARoute(const store::UsageRecord& record) {
  return !record.route.empty() && !record.matcher.empty() && record.error.empty();
}

Error NothingToRate(const Rating& rating) {
  const std::string which =
      rating.request_id.empty()
          ? "no answer" +
                (rating.persona.empty() ? std::string() : " to " + OneLine(rating.persona, 80)) +
                " came by a route yet"
          : "the request \"" + OneLine(rating.request_id, 80) + "\"" +
                (rating.persona.empty() ? std::string() : " of " + OneLine(rating.persona, 80)) +
                " was not answered by a route";
  return {ErrorCode::kNotFound,
          which +
              ", so there is nothing to rate: `katra route history` shows how requests were "
              "decided",
          {},
          false};
}

Result<store::UsageRecord> AnswerToRate(const Rating& rating, store::UsageStore& store,
                                        const store::CallContext& context) {
  std::vector<std::string> conversations = {""};
  if (rating.request_id.empty() && !rating.client_session_id.empty()) {
    conversations.insert(conversations.begin(), rating.client_session_id);
  }
  for (const std::string& conversation : conversations) {
    store::UsageFilter filter;
    filter.persona = rating.persona;
    filter.request_id = rating.request_id;
    filter.client_session_id = conversation;
    filter.limit = rating.request_id.empty() ? kNewestAnswers : 1;
    auto records = store.LatestUsage(filter, context);
    if (!records) return Pass(std::move(records));
    const auto found = std::find_if(records->begin(), records->end(), CameByARoute);
    if (found != records->end()) return std::move(*found);
  }
  return tl::unexpected<Error>(NothingToRate(rating));
}

}  // namespace

Result<Rated> RateAnswer(const std::string& home, const Rating& rating, store::UsageStore& store,
                         const Clock& clock, const store::CallContext& context) {
  const auto config = Load({.home = home});
  if (!config) return tl::unexpected<Error>(config.error());
  const auto answer = AnswerToRate(rating, store, context);
  if (!answer) return tl::unexpected<Error>(answer.error());
  learning::Event event;
  event.at = clock.Now();
  event.kind = rating.good ? learning::EventKind::kGood : learning::EventKind::kBad;
  event.persona = answer->persona;
  event.route = answer->route;
  event.candidate = answer->provider + "/" + answer->asked_model;
  event.note = OneLine(SecretFilter({}).Clean(rating.note), kMaxNoteBytes);
  if (!rating.better.empty()) {
    const auto route = RouteOf(*config, event.persona, event.route);
    if (!route) return tl::unexpected<Error>(route.error());
    const auto better = ModelOf(*config, *route, rating.better);
    if (!better) return tl::unexpected<Error>(better.error());
    event.better = *better;
  }
  learning::LineFile journal(learning::LearntPath(home));
  if (auto added = journal.Append({ToJsonLine(event)}, true); !added) return Pass(std::move(added));
  return Rated{.good = rating.good,
               .persona = event.persona,
               .route = event.route,
               .model = event.candidate,
               .better = event.better,
               .request_id = answer->request_id,
               .ignored_by = config->matching.learning ? std::string() : config->personas_path};
}

std::string RatedText(const Rated& rated) {
  return std::string("Rated ") + (rated.good ? "good: " : "bad: ") + OneLine(rated.model, 200) +
         " on the route \"" + OneLine(rated.route, 100) + "\"" +
         (rated.persona.empty() ? std::string() : " of " + OneLine(rated.persona, 80)) + " (" +
         OneLine(rated.request_id, 80) + ").";
}

}  // namespace katra::router::routing
