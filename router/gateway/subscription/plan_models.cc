#include "router/gateway/subscription/plan_models.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/json_view.h"
#include "core/text.h"

namespace katra::router::gateway {
namespace {

// A list with its instructions is about 0.5 MB.
constexpr size_t kMostBytes = size_t{8} * 1024 * 1024;
constexpr std::chrono::seconds kPatience{10};  // Codex waits for 5

// "client_version=0.171.0" in a query; empty if there is none that may be passed on.
std::string VersionIn(std::string_view query) {
  constexpr std::string_view kName = "client_version=";
  for (const std::string& pair : Split(query, '&')) {
    if (!pair.starts_with(kName)) continue;
    const std::string_view version = std::string_view(pair).substr(kName.size());
    const bool plain = std::all_of(version.begin(), version.end(), [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '.' || c == '-';
    });
    if (plain && !version.empty() && version.size() < 100) return pair;
  }
  return {};
}

bool IsObject(std::string_view body) {
  JsonDocument document;
  return document.Parse(body) && document.Root().IsObject();
}

}  // namespace

void PlanModels::Answer(std::shared_ptr<http::Exchange> exchange, const Provider& plan,
                        const Login& login) {
  const uint64_t id = ++last_;
  Asking& asking = asking_[id];
  asking.exchange = std::move(exchange);
  asking.plan = plan.name;
  const http::Request& client = asking.exchange->request();
  for (const std::string& secret : SecretsOf(client.headers)) asking.secrets.Add(secret);
  for (const std::string& form : FormsOfLogin(login.authorization, client.headers)) {
    asking.secrets.Add(form);
  }
  http::Outgoing request;
  request.method = "GET";
  request.url = plan.chat_base_url + "/models";
  if (const std::string version = VersionIn(client.query); !version.empty()) {
    request.url += "?" + version;
  }
  request.headers = ForwardedHeaders(client, plan, true);
  request.headers.push_back({"authorization", login.authorization});
  request.connect_timeout = request.first_byte_timeout = request.idle_timeout = kPatience;
  asking.exchange->Observe([this, id] { asking_.erase(id); }, [] {});
  asking.call = client_.Start(std::move(request),
                              {[this, id](int status, const http::Headers& headers) {
                                 asking_[id].status = status;
                                 asking_[id].headers = headers;
                               },
                               [this, id](std::string_view bytes) {
                                 Asking& mine = asking_[id];
                                 mine.too_long |= mine.body.size() + bytes.size() > kMostBytes;
                                 if (!mine.too_long) mine.body.append(bytes);
                               },
                               [this, id](const http::CallEnd& end) { End(id, end); }});
}

void PlanModels::End(uint64_t id, const http::CallEnd& end) {
  auto ended = asking_.extract(id);  // keeps the running call alive during its callback
  Asking& asking = ended.mapped();
  const bool listed = end.complete && asking.status == 200 && !asking.too_long;
  const bool refused = end.complete && asking.status >= 400 && !asking.too_long;
  http::Response response;
  if ((listed || refused) && IsObject(asking.body)) {
    response.status = asking.status;
    response.headers.Add("content-type", "application/json");
    const std::string* tag = asking.headers.Find("etag");
    if (tag != nullptr && translate::IsSoundHeader("etag", *tag))
      response.headers.Add("etag", *tag);
    response.body = listed ? std::move(asking.body) : asking.secrets.Without(asking.body);
  } else {
    const std::string what = end.complete
                                 ? "answered with status " + std::to_string(asking.status)
                                 : "cannot be reached: " + asking.secrets.Without(end.message);
    response = ErrorResponse(
        translate::NoAnswer(asking.plan + " was asked for its list of models, and " + what),
        CallerFormat::kOpenAi, "");
  }
  asking.exchange->Respond(std::move(response));
}

}  // namespace katra::router::gateway
