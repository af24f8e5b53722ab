#include "router/gateway/proxy/preparation.h"

#include <utility>

#include "core/sha256.h"
#include "router/config/endpoint.h"
#include "router/translate/same_format/chat_request.h"
#include "router/translate/same_format/responses_request.h"

namespace katra::router::gateway {

ClientBody ReadClientBody(std::string body) {
  ClientBody read;
  read.body = std::make_shared<const std::string>(std::move(body));
  auto peek = translate::PeekRequest(*read.body);
  if (peek) {
    read.peek = std::move(*peek);
  } else {
    read.error = translate::ApiErrorOf(peek.error());  // E18
  }
  return read;
}

MessagesForm ReadMessagesForm(translate::OpenAiClientFormat format, std::string_view body,
                              const translate::OpenAiClientOptions& options) {
  MessagesForm read;
  auto made = translate::ReadOpenAiClientRequest(format, body, options);
  if (!made) {
    read.error = translate::ApiErrorOf(made.error());
    return read;
  }
  read.request = std::move(*made);
  read.body = std::make_shared<const std::string>(std::exchange(read.request.messages_body, {}));
  auto peek = translate::PeekRequest(*read.body);
  if (peek) {
    read.peek = std::move(*peek);
  } else {
    read.error = translate::ApiErrorOf(peek.error());
  }
  return read;
}

namespace {

// Of reasoning, as a client of another format asked for it; empty: none.
std::string_view EffortOf(const BodyContext& context) {
  return context.translated_from == nullptr ? std::string_view() : context.translated_from->effort;
}

}  // namespace

Preparation PreparationOf(const UpstreamPlan& plan, const BodyContext& context) {
  const policy::Candidate& candidate = *plan.candidate;
  Preparation preparation;
  preparation.body = plan.body;
  preparation.interface = candidate.interface();
  preparation.own_form = !plan.client->speaks_messages() && context.translated_from == nullptr;
  preparation.calibration = context.calibration;
  preparation.estimate = context.estimate;
  preparation.shape = PlatformShapeOf(plan);
  preparation.copilot = candidate.provider->platform == Platform::kCopilot;
  if (!preparation.translates()) {
    const translate::RequestPeek& seen = *plan.peek;
    if (context.left_home && seen.may_hold_thinking) {  // R5
      preparation.clean = translate::ForeignThinking::kAll;
    } else if (seen.may_hold_our_signature) {
      preparation.clean =
          context.left_home ? translate::ForeignThinking::kAll : translate::ForeignThinking::kOurs;
    }
    if (context.adjustments.thinking) preparation.clean = translate::ForeignThinking::kAll;
    const Provider& provider = *candidate.provider;
    FaceRefusals refusals = RefusalsOf(provider, IsAnthropicHost(provider.messages_base_url));
    refusals.system_role = refusals.system_role || context.adjustments.system_role;
    refusals.json_user_id = refusals.json_user_id || context.adjustments.json_user_id;
    preparation.face = translate::FaceFitFor(refusals, seen);
    preparation.fit = translate::FitFor(candidate.model, seen, EffortOf(context));
    return preparation;
  }
  translate::Target& target = preparation.target;
  target.provider = candidate.provider->name;
  target.upstream = candidate.provider->name + " " + Sha256Hex(candidate.provider->chat_base_url);
  target.owner = context.persona;
  target.secrets = plan.secrets;
  target.model = candidate.model;
  target.quirks = QuirksOf(*candidate.provider, preparation.interface);
  target.quirks.efforts = EffortsOf(*candidate.provider, candidate.model);
  target.max_output_tokens = MaxOutputTokens(*candidate.provider, candidate.model);
  target.session_id = context.session_id;
  target.request_id = plan.client->request_id;
  if (context.translated_from != nullptr) {
    target.effort = context.translated_from->effort;
    target.cache_key = context.translated_from->cache_key;
  }
  target.reasoning = context.reasoning;
  target.memo = context.memo;
  target.quirks_known = candidate.provider->built_in;
  target.left_home = context.left_home;
  target.without_reasoning = context.adjustments.reasoning;
  return preparation;
}

namespace {

// Of the same format: what the upstream would refuse is changed, all else stays.
void Mend(const Preparation& preparation, PreparedBody& prepared) {
  std::shared_ptr<const std::string> body = preparation.body;
  if (preparation.fit) {
    auto fitted = translate::FitToModel(*body, *preparation.fit);
    if (fitted && !fitted->body.empty()) {
      body = std::make_shared<const std::string>(std::move(fitted->body));
      prepared.dropped = std::move(fitted->dropped);
    }
  }
  if (preparation.face.any()) {
    auto fitted = translate::FitToFace(*body, preparation.face);
    if (fitted && !fitted->body.empty()) {
      body = std::make_shared<const std::string>(std::move(fitted->body));
      prepared.dropped.insert(prepared.dropped.end(), fitted->dropped.begin(),
                              fitted->dropped.end());
    }
  }
  if (preparation.clean) {
    auto cleaned = translate::RemoveForeignThinking(*body, *preparation.clean);
    if (cleaned && cleaned->removed > 0) {
      body = std::make_shared<const std::string>(std::move(cleaned->body));
    }
  }
  if (body == preparation.body) return;
  auto peek = translate::PeekRequest(*body);
  if (!peek) return;
  prepared.body = std::move(body);
  prepared.peek = std::make_shared<const translate::RequestPeek>(std::move(*peek));
}

PreparedBody PrepareOwnForm(Preparation& preparation) {
  PreparedBody prepared;
  translate::Target& target = preparation.target;
  if (preparation.estimate >= 0) {
    target.input_estimate = preparation.calibration.Apply(preparation.estimate);
  }
  const bool responses = preparation.interface == Interface::kResponses;
  auto passed = responses ? translate::PassResponses(*preparation.body, target)
                          : translate::PassChat(*preparation.body, target);
  if (!passed) {
    prepared.error = translate::ApiErrorOf(passed.error());
    return prepared;
  }
  if (!*passed) {
    prepared.needs_messages = true;
    return prepared;
  }
  prepared.chat = std::move(**passed);
  if (preparation.copilot) prepared.headers = CopilotRequestHeaders(prepared.chat->body);
  int64_t& estimate = prepared.chat->reply.input_estimate_tokens;
  prepared.estimate = preparation.estimate >= 0 ? preparation.estimate : estimate;
  estimate = preparation.calibration.Apply(prepared.estimate);
  prepared.input_estimate = estimate;
  return prepared;
}

}  // namespace

PreparedBody Prepare(Preparation&& preparation) {
  if (preparation.own_form) return PrepareOwnForm(preparation);
  PreparedBody prepared;
  if (preparation.translates()) {
    prepared.estimate = preparation.estimate >= 0
                            ? preparation.estimate
                            : translate::EstimateInputTokens(*preparation.body);
    preparation.target.input_estimate = preparation.calibration.Apply(prepared.estimate);
    prepared.input_estimate = preparation.target.input_estimate;
    auto request = preparation.interface == Interface::kResponses
                       ? translate::ToResponses(*preparation.body, preparation.target)
                       : translate::ToChat(*preparation.body, preparation.target);
    if (request) {
      if (preparation.copilot) prepared.headers = CopilotRequestHeaders(request->body);
      prepared.chat = std::move(*request);
    } else {
      prepared.error = translate::ApiErrorOf(request.error());
    }
    return prepared;
  }
  Mend(preparation, prepared);
  if (!preparation.shape) return prepared;
  auto shaped =
      ShapeForPlatform(*preparation.shape, prepared.body ? *prepared.body : *preparation.body);
  if (shaped) {
    prepared.platform = std::move(*shaped);
  } else {
    prepared.error = translate::ApiErrorOf(shaped.error());
  }
  return prepared;
}

}  // namespace katra::router::gateway
