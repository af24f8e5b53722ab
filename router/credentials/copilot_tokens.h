// The short-lived tokens of GitHub Copilot: asked for with a GitHub login when one is needed, kept
// in memory until shortly before they expire or are refused. The login goes to GitHub's API alone.
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

// On the loop's thread, all of it.
class CopilotTokens {
 public:
  // An error's code says whose fault it is: kUnavailable is GitHub's, and may pass; anything else
  // is the login's or the reply's, and stays.
  using Ready = std::function<void(const Result<cloud::CopilotToken>&)>;

  // Waits for an exchange. Destroyed, it is not told.
  class Waiting {
   public:
    explicit Waiting(Ready ready) : ready_(std::make_shared<Ready>(std::move(ready))) {}

   private:
    friend class CopilotTokens;
    std::shared_ptr<Ready> ready_;
  };

  // Borrowed: both outlive this.
  CopilotTokens(http::Client& client, const Clock& clock) : client_(client), clock_(clock) {}

  // nullptr: Ask. Valid until the next call.
  [[nodiscard]] const cloud::CopilotToken* Find(const Provider& provider, const std::string& login);

  // Exchanges `login`, or joins the exchange that is under way for it. `ready` is never called from
  // within, and may destroy the Waiting.
  [[nodiscard]] std::unique_ptr<Waiting> Ask(const Provider& provider, const std::string& login,
                                             Ready ready);

  // Copilot did not take `token`: it is forgotten, unless a newer one has replaced it.
  void Refused(const Provider& provider, const std::string& login, const std::string& token);

  // All that are held, so that they can be taken out of texts.
  [[nodiscard]] std::vector<std::string> Values() const;

 private:
  struct Entry {
    cloud::CopilotToken token;
    bool known = false;
    std::string api_url;  // as the provider configures it
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
  std::map<std::string, Entry> entries_;  // by a hash of the login and of where it goes
};

}  // namespace katra::router::credentials
