// katra token: tokens for clients of the gateway.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "cli/audit_note.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/program.h"
#include "cli/room/reserved.h"
#include "core/error_map.h"
#include "core/json_text.h"
#include "core/json_write.h"
#include "core/text.h"
#include "router/config/config.h"
#include "router/config/plano/load.h"
#include "router/config/session.h"
#include "router/gateway/access/tokens.h"
#include "router/gateway/server/runtime.h"
#include "store/home.h"

namespace katra::cli {
namespace {

struct TokenOptions {
  std::string persona;
  std::string home;
  std::string provider;  // for create, like the next two
  std::string model;
  std::string folder;
  router::gateway::PermitText permit;
  std::string id;     // for end
  bool json = false;  // for list
};

std::string HomeOf(const TokenOptions& options, const Context& context) {
  return options.home.empty() ? context.home() : options.home;
}

// Checks the options against the configuration. A model without a provider belongs to the persona's
// provider in personas.json.
Result<router::SessionChoice> ChoiceOf(const TokenOptions& options,
                                       const router::RouterConfig& config) {
  router::SessionChoice choice{ToLowerAscii(options.provider), options.model, {}};
  if (choice.empty() && !choice.model.empty()) {
    choice.provider = router::SessionPersona(config, options.persona, {}).provider;
    if (choice.empty()) {
      return Fail(ErrorCode::kInvalidArgument,
                  "--model names a model of a provider: add --provider PROVIDER");
    }
  }
  if (auto fits = router::CheckSessionChoice(choice); !fits) return Pass(std::move(fits));
  if (choice.empty()) return choice;
  const auto provider = config.RequireProvider(choice.provider);
  if (!provider) return tl::unexpected<Error>(provider.error());
  const router::PersonaConfig* written = config.FindPersona(options.persona);
  choice.own_login = written != nullptr && written->own_login;
  if (!choice.model.empty()) {
    if (auto fits = router::CheckModelForm(**provider, choice.model); !fits) {
      return Pass(std::move(fits));
    }
  }
  return choice;
}

int Create(const TokenOptions& options, Context& context) {
  const std::string home = HomeOf(options, context);
  if (IsName(options.persona)) {
    if (Status allowed = RefuseReserved(options.persona, context); !allowed) {
      return context.PrintError(allowed.error());
    }
  }
  if (auto folder = store::EnsureHome(home); !folder) return context.PrintError(folder.error());
  const auto running = router::gateway::WrittenRuntime(home);
  const auto loaded = router::plano::Load({home}, running ? running->config : std::string());
  const auto config = loaded ? Result<router::RouterConfig>(loaded->config)
                             : Result<router::RouterConfig>(tl::unexpected<Error>(loaded.error()));
  // The files are only needed for names; creating a token must work even if one of them has errors.
  const router::gateway::PermitText& text = options.permit;
  const bool names = !options.provider.empty() || !options.model.empty() ||
                     !text.providers.empty() || !text.models.empty();
  if (names && !config) return context.PrintError(config.error());
  const Result<router::SessionChoice> choice =
      config ? ChoiceOf(options, *config) : router::SessionChoice();
  if (!choice) return context.PrintError(choice.error());
  const auto permit = router::gateway::ParsePermit(text, config ? *config : router::RouterConfig(),
                                                   context.clock().Now());
  if (!permit) return context.PrintError(permit.error());
  const auto minted = router::gateway::MintToken(home, options.persona, *choice, context.clock(),
                                                 context.random(), *permit, options.folder);
  Audit(context, router::gateway::TokenMade(minted, options.persona), home);
  if (!minted) return context.PrintError(minted.error());
  context.out() << minted->token << "\n";
  // Errors in a file are the gateway's to report: it may run with an earlier version.
  if (config && permit->Has(router::gateway::Scope::kGateway) &&
      router::SessionPersona(*config, options.persona, *choice).provider.empty()) {
    context.Warn("no provider is configured for " + options.persona +
                 ": with this token the gateway takes only requests for provider/model. Name one "
                 "with --provider PROVIDER [--model MODEL], or write \"" +
                 options.persona + "\" into " + config->personas_path);
  }
  return kExitOk;
}

std::string Json(const std::vector<router::gateway::Grant>& grants, WallTime now) {
  std::string json;
  JsonWriter writer(json);
  writer.BeginObject().Key("tokens").BeginArray();
  for (const router::gateway::Grant& grant : grants) {
    writer.BeginObject().Key("id").String(grant.id).Key("persona").String(grant.persona);
    writer.Key("created_at").String(FormatRfc3339(grant.created_at));
    writer.Key("scope").BeginArray();
    for (const std::string& name : router::gateway::ScopeNames(grant.permit)) writer.String(name);
    writer.EndArray().Key("expires_at");
    const auto& expires = grant.permit.expires_at;
    if (expires) {
      writer.String(FormatRfc3339(*expires));
    } else {
      writer.Null();
    }
    writer.Key("expired").Bool(grant.permit.Expired(now));
    const std::pair<const char*, const std::vector<std::string>*> lists[] = {
        {"providers", &grant.permit.providers}, {"models", &grant.permit.models}};
    for (const auto& [key, texts] : lists) {
      writer.Key(key).BeginArray();
      for (const std::string& text : *texts) writer.String(text);
      writer.EndArray();
    }
    writer.EndObject();
  }
  writer.EndArray().EndObject();
  return EscapeJsonText(json) + "\n";
}

int List(const TokenOptions& options, const Context& context) {
  const auto grants = router::gateway::ListTokens(HomeOf(options, context));
  if (!grants) return context.PrintError(grants.error());
  const WallTime now = context.clock().Now();
  if (options.json) {
    context.out() << Json(*grants, now);
    return kExitOk;
  }
  if (grants->empty()) {
    context.out() << "There are no tokens: `katra token create --persona NAME` makes one.\n";
  } else {
    std::vector<std::vector<std::string>> rows;
    for (const router::gateway::Grant& grant : *grants) {
      const auto& expires = grant.permit.expires_at;
      const std::string until = !expires                    ? "never"
                                : grant.permit.Expired(now) ? "expired"
                                                            : FormatLocal(*expires, now);
      rows.push_back({grant.id, grant.persona, router::gateway::ShowScopes(grant.permit),
                      FormatLocal(grant.created_at, now), until,
                      router::gateway::ShowAllowance(grant.permit)});
    }
    context.out() << RenderTable({"ID", "PERSONA", "SCOPE", "MADE", "EXPIRES", "MAY ASK FOR"}, rows,
                                 PageFor(context.terminal()));
  }
  return grants->empty() ? kExitNothing : kExitOk;
}

int EndOne(const TokenOptions& options, const Context& context) {
  const std::string home = HomeOf(options, context);
  const auto ended = router::gateway::RevokeToken(home, options.id);
  if (!ended) {
    Audit(context, {"token.end", "failed", "", "", NamesOf(ended.error().code).name}, home);
    return context.PrintError(ended.error());
  }
  Audit(context, {"token.end", "ok", ended->persona, ended->id}, home);
  context.out() << "Ended the token " << ended->id << " of " << ended->persona << ".\n";
  return kExitOk;
}

int EndAll(const TokenOptions& options, const Context& context) {
  const std::string home = HomeOf(options, context);
  const auto ended = router::gateway::RevokeTokens(home, options.persona);
  for (AuditEvent& event : router::gateway::TokensEnded(ended, options.persona)) {
    Audit(context, std::move(event), home);
  }
  if (!ended) return context.PrintError(ended.error());
  context.out() << "Ended " << ended->size() << (ended->size() == 1 ? " token" : " tokens")
                << " of " << options.persona << ".\n";
  return ended->empty() ? kExitNothing : kExitOk;
}

void AddHomeOption(CLI::App* command, TokenOptions& options) {
  command->add_option("--home", options.home, "Katra's folder, instead of KATRA_HOME")
      ->type_name("FOLDER");
}

void AddCreate(CLI::App* token, Program& program) {
  auto options = std::make_shared<TokenOptions>();
  CLI::App* create = token->add_subcommand("create", "create a token and print it once");
  create->add_option("--persona", options->persona, "the persona that uses the token")
      ->type_name("NAME")
      ->required();
  create
      ->add_option("--provider", options->provider,
                   "the provider to use; default: the persona's provider in personas.json")
      ->type_name("PROVIDER");
  create->add_option("--model", options->model, "the model, at that provider")->type_name("MODEL");
  create
      ->add_option("--scope", options->permit.scope,
                   "what it allows: gateway (requests to models), admin (metrics), room and "
                   "memory, separated by commas; default: gateway")
      ->type_name("SCOPES");
  create
      ->add_option("--expires", options->permit.expires,
                   "its lifetime (12h, 30d) or end (2027-01-31); default: until it is ended")
      ->type_name("TIME");
  create
      ->add_option("--providers", options->permit.providers,
                   "the only providers it may use; default: any")
      ->type_name("NAMES");
  create
      ->add_option("--models", options->permit.models,
                   "the only models it may use, as provider/model or model; default: any")
      ->type_name("NAMES");
  create
      ->add_option("--folder", options->folder,
                   "the folder whose .katra/routing.json counts, absolute; default: none")
      ->type_name("FOLDER");
  AddHomeOption(create, *options);
  create->callback([&program, options] {
    program.Run([options](Context& context) { return Create(*options, context); });
  });
}

void AddList(CLI::App* token, Program& program) {
  auto options = std::make_shared<TokenOptions>();
  CLI::App* list =
      token->add_subcommand("list", "list tokens by id, without the tokens themselves");
  list->add_flag("--json", options->json, "print JSON");
  AddHomeOption(list, *options);
  list->callback([&program, options] {
    program.Run([options](Context& context) { return List(*options, context); });
  });
}

void AddEnd(CLI::App* token, Program& program) {
  auto options = std::make_shared<TokenOptions>();
  CLI::App* end = token->add_subcommand("end", "end a token, or every token of a persona");
  CLI::Option* id = end->add_option("ID", options->id, "the token, as `katra token list` shows it");
  CLI::Option* persona =
      end->add_option("--persona", options->persona, "end every token of this persona")
          ->type_name("NAME");
  id->excludes(persona);
  AddHomeOption(end, *options);
  end->callback([&program, options] {
    program.Run([options](Context& context) {
      if (!options->id.empty()) return EndOne(*options, context);
      if (!options->persona.empty()) return EndAll(*options, context);
      return context.UsageError("say which token to end: its ID, or --persona NAME", "token end");
    });
  });
}

}  // namespace

void AddToken(CLI::App& app, Program& program) {
  CLI::App* token = app.add_subcommand("token", "tokens for clients of the gateway");
  token->group(kRouterCommands);
  token->require_subcommand(1);
  AddCreate(token, program);
  AddList(token, program);
  AddEnd(token, program);
}

}  // namespace katra::cli
