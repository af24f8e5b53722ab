#include "cli/sessions/launch_options.h"

#include <CLI/CLI.hpp>

namespace katra::cli {

void AddLaunchOptions(CLI::App& command, LaunchRequest& request) {
  command
      .add_option("--persona", request.persona,
                  "the session's persona; default: KATRA_PERSONA, else the client's name")
      ->type_name("NAME");
  command
      .add_option("--provider", request.provider,
                  "the model's provider, such as anthropic, openai, deepseek or openrouter")
      ->type_name("NAME");
  command
      .add_option("--model", request.model,
                  "the provider's name for the model; on OpenRouter, VENDOR/NAME")
      ->type_name("NAME");
  command.add_option("--role", request.role, "what the persona does, in a few words")
      ->type_name("TEXT");
  command.add_option("--room", request.room, "the room to join; default: main")->type_name("NAME");
  command
      .add_option("--client", request.client,
                  "the coding agent: claude (default), codex, gemini or opencode")
      ->type_name("NAME");
  command.add_flag("--use-router", request.use_router,
                   "use a router to translate between client and provider");
  command.add_flag("--no-router", request.no_router,
                   "use no router: the client connects to the provider directly");
  command.add_flag("--own-login", request.own_login,
                   "use the client's own subscription through the gateway; fallbacks answer while "
                   "its limit is reached");
  command.add_flag("--resume", request.resume, "continue the persona's last conversation");
  command.add_flag("--channels", request.channels,
                   "push messages into Claude Code through its channels preview");
  command.add_option("FOLDER", request.folder,
                     "the client's working folder; default: the current folder");
}

}  // namespace katra::cli
