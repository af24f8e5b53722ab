// Short-lived tokens of GitHub Copilot: exchanged for a GitHub login when needed, and kept in
// memory until shortly before they expire or are refused. The login is sent only to GitHub's API.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/http/client.h"
#include "router/cloud/copilot.h"
#include "router/providers/provider.h"

namespace katra::router::credentials {

// Used on the loop's thread.
class CopilotTokens {
 public:
  // The error's code: kUnavailable is a temporary failure of GitHub; all others concern the login
  // or the response and are permanent.
  using Ready = std::function<void(const Result<cloud::CopilotToken>&)>;

  // Waits for an exchange. If it is destroyed first, `ready` is not called.
  class Waiting {
   public:
    explicit Waiting(Ready ready) : ready_(std::make_shared<Ready>(std::move(ready))) {}

   private:
    friend class CopilotTokens;
    std::shared_ptr<Ready> ready_;
  };

  // Both are borrowed and outlive this object.
  CopilotTokens(http::Client& client, const Clock& clock) : client_(client), clock_(clock) {}

  // The cached token; nullptr: call Ask. Valid until the next call.
  [[nodiscard]] const cloud::CopilotToken* Find(const Provider& provider, const std::string& login);

  // Exchanges `login`, or joins a running exchange for it. Never calls `ready` before it returns;
  // `ready` may destroy the Waiting.
  [[nodiscard]] std::unique_ptr<Waiting> Ask(const Provider& provider, const std::string& login,
                                             Ready ready);

  // Forgets `token`, which Copilot refused, unless a newer one has replaced it.
  void Refused(const Provider& provider, const std::string& login, const std::string& token);

  // All cached tokens, for redaction of texts.
  [[nodiscard]] std::vector<std::string> Values() const;

 private:
  struct Entry {
    cloud::CopilotToken token;
    bool known = false;
    std::string api_url;  // as configured for the provider
    std::unique_ptr<http::Call> call;
    int status = 0;
    std::string body;
    bool too_long = false;
    std::vector<std::weak_ptr<Ready>> waiting;
  };

  void Start(const std::string& name, const Provider& provider, const std::string& login);
  void End(const std::string& name, const http::CallEnd& end);
  [[nodiscard]] Result<cloud::CopilotToken> Read(const Entry& entry,
                                                 const http::CallEnd& end) const;
  void Forget();

  http::Client& client_;
  const Clock& clock_;
  std::map<std::string, Entry> entries_;  // by a hash of the login and its destination
};

}  // namespace katra::router::credentials
