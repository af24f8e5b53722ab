// katra watch: a live screen of a room with an input line. If not on a terminal: plain lines.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <ostream>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/program.h"
#include "cli/room/actions.h"
#include "cli/route/live_view.h"
#include "cli/watch/keys.h"
#include "cli/watch/line_editor.h"
#include "cli/watch/room_view.h"
#include "cli/watch/screen.h"
#include "cli/watch/terminal.h"
#include "core/text.h"

namespace katra::cli {
namespace {

constexpr std::chrono::seconds kLook{5};  // hearing by other sessions triggers no watch

class Watch {
 public:
  Watch(const CommandSession& session, Context& context)
      : context_(context),
        store_(session.store()),
        room_(session, context),
        line_(store::kMaxMessageBytes) {
    size_.width = context.terminal().width;
    size_.height = context.terminal().height;
    size_.colours = context.terminal().colours;
  }

  int Run() {
    const auto events = WatchEvents::Make(store_);
    if (!events) return context_.PrintError(events.error());
    auto terminal = RawTerminal::Enter(context_.out());
    if (!terminal) return context_.PrintError(terminal.error());
    Refresh();
    while (!left_) {
      Draw(**terminal);
      const Happenings happened = (*events)->Wait(kLook);
      if (happened.ended) break;
      if (happened.resized) Resize(**terminal);
      for (const Key& key : keys_.Read(happened.typed)) Press(key, **terminal);
      // Also after a timeout without changes.
      if (happened.changed || happened.typed.empty()) Refresh();
    }
    terminal->reset();
    return failed_ ? context_.PrintError(*failed_) : kExitOk;
  }

 private:
  void Refresh() {
    room_.Beat();
    const Status read = room_.Refresh();
    if (read) {
      room_.Fill(&view_);
    } else if (read.error().retryable) {
      Notice(read.error().message, true);
    } else {
      failed_ = read.error();
      left_ = true;
    }
  }

  void Resize(RawTerminal& terminal) {
    const Terminal now = DescribeTerminal(context_.environment());
    size_.width = now.width;
    size_.height = now.height;
    terminal.Forget();
  }

  void Draw(RawTerminal& terminal) {
    view_.input = line_.text();
    view_.cursor = line_.cursor();
    const Screen screen = cli::Draw(view_, size_);
    view_.scrolled = screen.scrolled;
    terminal.Show(screen);
  }

  void Press(const Key& key, RawTerminal& terminal) {
    const auto page = static_cast<size_t>(std::max(size_.height / 2, 1));
    switch (key.kind) {
      case Key::Kind::kLeave:
        left_ = true;
        break;
      case Key::Kind::kRedraw:
        terminal.Forget();
        break;
      case Key::Kind::kPageUp:
        view_.scrolled += page;
        break;
      case Key::Kind::kPageDown:
        view_.scrolled -= std::min(view_.scrolled, page);
        break;
      case Key::Kind::kEnter:
        Say();
        break;
      default:
        if (line_.Press(key)) Notice("", false);
    }
  }

  void Say() {
    const std::string typed = line_.text();
    if (Trim(typed).empty()) return;
    const Result<std::string> said = room_.Say(typed);
    if (!said) {
      Notice(said.error().message, true);  // keeps the typed text
      return;
    }
    line_.Take();
    view_.scrolled = 0;
    Notice(*said, false);
    Refresh();
  }

  void Notice(const std::string& text, bool is_error) {
    view_.notice = text;
    view_.notice_is_error = is_error;
  }

  Context& context_;
  store::Watchable& store_;
  RoomView room_;
  LineEditor line_;
  KeyReader keys_;
  WatchView view_;
  ScreenSize size_;
  bool left_ = false;
  std::optional<Error> failed_;
};

int RunWatch(const Speaker& speaker, Context& context) {
  if (!context.terminal().in || !context.terminal().out || speaker.json) {
    HearOptions options;
    options.speaker = speaker;
    options.follow = true;
    return Hear(options, context);
  }
  const auto session =
      CommandSession::Begin(context, speaker, UnknownPersona::kCreate, kWatchClient);
  if (!session) return context.PrintError(session.error());
  return Watch(**session, context).Run();
}

}  // namespace

void AddWatch(CLI::App& app, Program& program) {
  auto speaker = std::make_shared<Speaker>();
  auto routing = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand(
      "watch",
      "show a live screen of the room: who is here, the messages, and an input line\n"
      "Messages shown are marked as heard. If the output is not a terminal, or with --json, "
      "messages are printed as lines. With --routing, shows requests to models instead: which "
      "model was chosen for each, and why.");
  command->group(kRoomCommands);
  command->add_flag("--routing", *routing,
                    "show requests to models instead, one line each; with --persona, only its own");
  AddRoomOption(*command, speaker.get());
  AddPersonaOption(*command, speaker.get());
  AddJsonOption(*command, speaker.get());
  command->callback([&program, speaker, routing] {
    program.Run([speaker, routing](Context& context) {
      if (*routing) return WatchRouting({speaker->persona, speaker->json}, context);
      return RunWatch(*speaker, context);
    });
  });
}

}  // namespace katra::cli
