// The admin interface of the gateway, only on the local socket, where the kernel verifies the user:
// tokens and their keys, status, decisions, reload, shutdown.
#include <unistd.h>

#include <algorithm>

#include "core/json_view.h"
#include "core/json_write.h"
#include "core/text.h"
#include "router/gateway/server/gateway.h"
#include "store/reserved_names.h"

namespace katra::router::gateway {
namespace {

http::Response Json(int status, std::string body) {
  http::Response response;
  response.status = status;
  response.headers.Add("content-type", "application/json");
  response.body = std::move(body);
  return response;
}

http::Response Wrong(const Error& error) {
  return ErrorResponse(translate::ApiErrorOf(error), CallerFormat::kMessages, "");
}

std::map<std::string, std::string> KeysIn(const JsonView& given) {
  std::map<std::string, std::string> keys;
  if (!given.IsObject()) return keys;
  for (const JsonView value : given) {
    if (value.IsString() && !value.Text().empty()) keys[value.Key().Text()] = value.Text();
  }
  return keys;
}

}  // namespace

void Gateway::HandleAdmin(const std::shared_ptr<http::Exchange>& exchange) {
  const http::Request& request = exchange->request();
  const bool post = request.method == "POST";
  if (request.path == "/admin/decisions" && request.method == "GET") {
    decisions_.Watch(exchange);
  } else if (request.path == "/admin/status" && request.method == "GET") {
    exchange->Respond(StatusForAdmin());
  } else if (request.path == "/admin/tokens" && post) {
    exchange->Respond(MintForAdmin(request));
  } else if (request.path == "/admin/keys" && post) {
    exchange->Respond(TakeKeysForAdmin(request));
  } else if (request.path == "/admin/revoke" && post) {
    exchange->Respond(RevokeForAdmin(request));
  } else if (request.path == "/admin/reload" && post) {
    auto reloaded = Reload();
    exchange->Respond(reloaded ? Json(200, "{}") : Wrong(reloaded.error()));
  } else if (request.path == "/admin/shutdown" && post) {
    exchange->Respond(Json(202, "{}"));
    if (deps_.shut_down) deps_.shut_down();
  } else {
    exchange->Respond(
        Wrong(Error{ErrorCode::kNotFound, "there is no such admin endpoint", "", false}));
  }
}

Result<SessionChoice> Gateway::SessionOf(const JsonView& asked) {
  SessionChoice session;
  if (asked.IsNothing()) return session;
  session = {ToLowerAscii(asked["provider"].Text()), asked["model"].Text(),
             asked["api_key_env"].Text(), asked["login"].Text() == "own"};
  if (auto fits = CheckSessionChoice(session); !fits) return Pass(std::move(fits));
  if (session.empty()) return session;
  // The command has just read the files, and this process's configuration may be older: it might
  // not know the provider, or send the session to a previous address.
  if (auto read = ReadConfiguration(); !read) return Pass(std::move(read));
  if (auto known = config_->RequireProvider(session.provider); !known) {
    return Pass(std::move(known));
  }
  return session;
}

http::Response Gateway::MintForAdmin(const http::Request& request) {
  JsonDocument document;
  if (auto parsed = document.Parse(request.body); !parsed) return Wrong(parsed.error());
  auto session = SessionOf(document.Root()["session"]);
  if (!session) return Wrong(session.error());
  const std::string persona = document.Root()["persona"].Text();
  // Names in the configuration were already checked.
  if (store::IsReservedName(persona) && config_->FindPersona(persona) == nullptr) {
    return Wrong(store::RefuseReservedName(persona).value());
  }
  auto minted = MintToken(settings_.home, persona, *session, deps_.clock, deps_.random, {},
                          document.Root()["folder"].Text());
  Audit(TokenMade(minted, document.Root()["persona"].Text()));
  if (!minted) return Wrong(minted.error());
  keys_.Put(minted->grant.id, KeysIn(document.Root()["keys"]));
  std::string body;
  JsonWriter writer(body);
  writer.BeginObject().Key("token").String(minted->token).Key("id").String(minted->grant.id);
  writer.EndObject();
  return Json(200, std::move(body));
}

// Takes the keys of a session that was started with an earlier gateway.
http::Response Gateway::TakeKeysForAdmin(const http::Request& request) {
  JsonDocument document;
  if (auto parsed = document.Parse(request.body); !parsed) return Wrong(parsed.error());
  const Grant* const grant = tokens_.Find(document.Root()["token"].Text());
  if (grant == nullptr) {
    return Wrong(Error{ErrorCode::kNotFound,
                       "the gateway does not know this token, or it has ended: start the session "
                       "again with `katra start`",
                       "", false});
  }
  keys_.Put(grant->id, KeysIn(document.Root()["keys"]));
  return Json(200, "{}");
}

http::Response Gateway::RevokeForAdmin(const http::Request& request) {
  JsonDocument document;
  if (auto parsed = document.Parse(request.body); !parsed) return Wrong(parsed.error());
  auto ended = RevokeTokens(settings_.home, document.Root()["persona"].Text());
  for (const AuditEvent& event : TokensEnded(ended, document.Root()["persona"].Text())) {
    Audit(event);
  }
  if (!ended) return Wrong(ended.error());
  for (const std::string& id : *ended) keys_.Drop(id);
  EndRequests([&](const std::string& token_id) {
    return std::find(ended->begin(), ended->end(), token_id) != ended->end();
  });
  return Json(200, "{\"ended\":" + std::to_string(ended->size()) + "}");
}

http::Response Gateway::StatusForAdmin() const {
  std::string body;
  JsonWriter writer(body);
  writer.BeginObject().Key("version").String(settings_.version).Key("pid").Integer(getpid());
  writer.Key("started_at").String(FormatRfc3339(started_at_));
  writer.Key("open_requests").Integer(static_cast<int64_t>(requests_.size()));
  writer.Key("connections")
      .Integer(server_ == nullptr ? 0 : static_cast<int64_t>(server_->connections()));
  writer.Key("draining").Bool(draining_);
  writer.Key("tokens").BeginArray();
  for (const auto& [id, use] : meter_.List(deps_.clock.Steady())) {
    const auto& limits = LimitsOf(*config_, config_->FindPersona(use.persona)).token;
    writer.BeginObject().Key("id").String(id).Key("persona").String(use.persona);
    writer.Key("requests").Integer(use.requests).Key("request_bytes").Integer(use.bytes);
    writer.Key("open").Integer(use.open);
    writer.Key("limits").BeginObject();
    writer.Key("requests_per_minute").Integer(limits.requests_per_minute);
    writer.Key("open_requests").Integer(limits.open_requests);
    writer.Key("request_bytes_per_minute").Integer(limits.request_bytes_per_minute).EndObject();
    writer.EndObject();
  }
  writer.EndArray();
  writer.Key("budgets");
  budgets_.Write(writer);
  writer.Key("circuits").BeginArray();
  const auto circuits = policy::OpenCircuits(circuits_, deps_.clock.Steady());
  for (const policy::OpenCircuit& circuit : circuits) {
    writer.BeginObject().Key("provider").String(circuit.provider);
    writer.Key("model").String(circuit.model).Key("unreachable").Bool(circuit.unreachable);
    writer.Key("credentials").Integer(static_cast<int64_t>(circuit.credentials));
    writer.Key("next_trial_ms").Integer(circuit.next_trial.count()).EndObject();
  }
  writer.EndArray();
  writer.Key("plan_limits").BeginArray();
  for (const PlanLimits::Resting& plan : plan_limits_.List(deps_.clock.Now())) {
    writer.BeginObject().Key("persona").String(plan.persona);
    writer.Key("provider").String(plan.provider).Key("models").String(plan.rest.models);
    writer.Key("until").String(FormatRfc3339(plan.rest.until)).EndObject();
  }
  writer.EndArray();
  if (const AuditLog::Lost lost = deps_.audit.lost(); lost.events > 0) {
    writer.Key("audit").BeginObject().Key("lost").Integer(static_cast<int64_t>(lost.events));
    writer.Key("why").String(lost.why).EndObject();
  }
  writer.Key("personas_file").String(config_->personas_path).EndObject();
  return Json(200, std::move(body));
}

}  // namespace katra::router::gateway
