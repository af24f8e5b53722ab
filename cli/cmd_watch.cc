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
#include "cli/sessions/programs.h"
#include "cli/sessions/subprocess.h"
#include "cli/watch/keys.h"
#include "cli/watch/line_editor.h"
#include "cli/watch/room_view.h"
#include "cli/watch/screen.h"
#include "cli/watch/session_keys.h"
#include "cli/watch/terminal.h"
#include "core/text.h"

namespace katra::cli {
namespace {

constexpr std::chrono::seconds kCommandPatience{60};
constexpr std::chrono::seconds kNoticePatience{2};
constexpr std::chrono::seconds kLook{5};  // hearing by other sessions triggers no watch

struct WatchOptions {
  Speaker speaker;
  bool routing = false;
  bool bell = false;
  bool notify = false;
};

bool HasManyColours(const Context& context) {
  return context.Variable("TERM").find("256color") != std::string::npos ||
         !context.Variable("COLORTERM").empty();
}

// A program that shows a notice on the desktop, with its arguments; empty: there is none.
ProcessSpec NoticeProgram(const Context& context, const std::string& text) {
  ProcessSpec spec;
  spec.environment = context.environment();
  if (spec.program = FindProgram(context, "notify-send"); !spec.program.empty()) {
    spec.arguments = {"--app-name=Katra", "--", "Katra", text};
  } else if (spec.program = FindProgram(context, "osascript"); !spec.program.empty()) {
    spec.arguments = {
        "-e", "on run argv", "-e", "display notification (item 1 of argv) with title \"Katra\"",
        "-e", "end run",     text};
  }
  return spec;
}

class Watch {
 public:
  Watch(const CommandSession& session, const WatchOptions& options, Context& context)
      : context_(context),
        options_(options),
        store_(session.store()),
        room_(session, context),
        line_(store::kMaxMessageBytes) {
    size_.width = context.terminal().width;
    size_.height = context.terminal().height;
    size_.colours = context.terminal().colours;
    size_.many_colours = HasManyColours(context);
  }

  int Run() {
    if (const Status entered = Enter(); !entered) return context_.PrintError(entered.error());
    Refresh();
    while (!left_) {
      Draw();
      const Happenings happened = events_->Wait(kLook);
      if (happened.ended) break;
      if (happened.resized) Resize();
      for (const Key& key : keys_.Read(happened.typed)) Press(key);
      // Also after a timeout without changes.
      if (happened.changed || happened.typed.empty()) Refresh();
    }
    terminal_.reset();
    return failed_ ? context_.PrintError(*failed_) : kExitOk;
  }

 private:
  Status Enter() {
    auto events = WatchEvents::Make(store_);
    if (!events) return tl::unexpected<Error>(events.error());
    auto terminal = RawTerminal::Enter(context_.out());
    if (!terminal) return tl::unexpected<Error>(terminal.error());
    events_ = std::move(*events);
    terminal_ = std::move(*terminal);
    return {};
  }

  void Refresh() {
    room_.Beat();
    const Status read = room_.Refresh();
    if (read) {
      room_.Fill(&view_);
      Call();
    } else if (read.error().retryable) {
      Notice(read.error().message, true);
    } else {
      failed_ = read.error();
      left_ = true;
    }
  }

  void Resize() {
    const Terminal now = DescribeTerminal(context_.environment());
    size_.width = now.width;
    size_.height = now.height;
    terminal_->Forget();
  }

  void Draw() {
    view_.input = line_.text();
    view_.cursor = line_.cursor();
    sessions_.Fill(&view_);
    const Screen screen = cli::Draw(view_, size_);
    view_.scrolled = screen.scrolled;
    terminal_->Show(screen);
  }

  void Press(const Key& key) {
    const auto page = static_cast<size_t>(std::max(size_.height / 2, 1));
    room_.Seen();
    switch (key.kind) {
      case Key::Kind::kLeave:
        left_ = true;
        return;
      case Key::Kind::kRedraw:
        terminal_->Forget();
        return;
      case Key::Kind::kPageUp:
        view_.scrolled += page;
        return;
      case Key::Kind::kPageDown:
        view_.scrolled -= std::min(view_.scrolled, page);
        return;
      default:
        break;
    }
    if (sessions_.active() || key.kind == Key::Kind::kTab) {
      Notice("", false);
      if (const auto wish = sessions_.Press(key, view_.present)) Fulfil(*wish);
    } else if (key.kind == Key::Kind::kUp) {
      view_.scrolled += page;
    } else if (key.kind == Key::Kind::kDown) {
      view_.scrolled -= std::min(view_.scrolled, page);
    } else if (key.kind == Key::Kind::kEnter) {
      Say();
    } else if (line_.Press(key)) {
      Notice("", false);
    }
  }

  // Runs Katra's own command, as the user would type it.
  void Fulfil(const SessionWish& wish) {
    ProcessSpec spec{context_.executable(), {}, context_.environment(), {}, {}};
    switch (wish.kind) {
      case SessionWish::Kind::kAttach:
        spec.arguments = {"attach", wish.persona};
        Attach(spec);
        return;
      case SessionWish::Kind::kStop:
        spec.arguments = {"stop", wish.persona};
        Notice("stopping " + wish.persona + " …", false);
        break;
      case SessionWish::Kind::kStart:
        spec.arguments = {"start", "-b"};
        spec.arguments.insert(spec.arguments.end(), wish.arguments.begin(), wish.arguments.end());
        Notice("starting …", false);
        break;
    }
    Draw();
    const Result<ProcessOutcome> outcome = RunProcess(spec, kCommandPatience);
    if (!outcome) {
      Notice(outcome.error().message, true);
    } else {
      const bool failed = outcome->exit_code != kExitOk;
      const std::string& text = failed ? outcome->err : outcome->out;
      Notice(text.substr(0, text.find('\n')), failed);
    }
    Refresh();
  }

  // Gives the terminal to tmux until the user detaches.
  void Attach(const ProcessSpec& spec) {
    terminal_.reset();
    events_.reset();  // it reads the terminal's keys
    const Result<int> ended = RunInTerminal(spec);
    if (const Status again = Enter(); !again) {
      failed_ = again.error();
      left_ = true;
      return;
    }
    if (!ended) Notice(ended.error().message, true);
    if (ended && *ended != kExitOk) Notice("katra attach failed: try it in a terminal", true);
    Resize();
    Refresh();
  }

  // Rings and shows what the user asked to be called for.
  void Call() {
    const std::string call = room_.TakeCall();
    if (call.empty()) return;
    if (options_.bell) context_.out() << '\a' << std::flush;
    if (!options_.notify) return;
    const ProcessSpec spec = NoticeProgram(context_, call);
    const auto shown = spec.program.empty()
                           ? Fail(ErrorCode::kFailedPrecondition,
                                  "notify-send is not installed, so --notify shows nothing")
                           : Result<ProcessOutcome>(RunProcess(spec, kNoticePatience));
    if (!shown) Notice(shown.error().message, true);
  }

  void Say() {
    const std::string typed = line_.text();
    if (Trim(typed).empty()) return;
    const Result<std::string> said = room_.Say(typed);
    if (!said) {
      Notice(context_.ForPeople(said.error().message), true);  // keeps the typed text
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
  const WatchOptions& options_;
  store::Watchable& store_;
  RoomView room_;
  LineEditor line_;
  KeyReader keys_;
  SessionKeys sessions_;
  std::unique_ptr<WatchEvents> events_;
  std::unique_ptr<RawTerminal> terminal_;
  WatchView view_;
  ScreenSize size_;
  bool left_ = false;
  std::optional<Error> failed_;
};

int RunWatch(const WatchOptions& watch, Context& context) {
  if (!context.terminal().in || !context.terminal().out || watch.speaker.json) {
    HearOptions options;
    options.speaker = watch.speaker;
    options.follow = true;
    return Hear(options, context);
  }
  const auto session =
      CommandSession::Begin(context, watch.speaker, UnknownPersona::kCreate, kWatchClient);
  if (!session) return context.PrintError(session.error());
  return Watch(**session, watch, context).Run();
}

}  // namespace

void AddWatch(CLI::App& app, Program& program) {
  auto options = std::make_shared<WatchOptions>();
  CLI::App* command = app.add_subcommand(
      "watch",
      "show a live screen of the room: who is here, the messages, and an input line\n"
      "Messages shown are marked as heard. If the output is not a terminal, or with --json, "
      "messages are printed as lines. With --routing, shows requests to models instead: which "
      "model was chosen for each, and why. Tab lets you attach, stop and start sessions.");
  command->group(kRoomCommands);
  command->add_flag("--routing", options->routing,
                    "show requests to models instead, one line each; with --persona, only its own");
  command->add_flag(
      "--bell", options->bell,
      "ring the terminal's bell when a session waits for you, or speaks to you alone");
  command->add_flag("--notify", options->notify, "show a notice on the desktop then (notify-send)");
  AddRoomOption(*command, &options->speaker);
  AddPersonaOption(*command, &options->speaker);
  AddJsonOption(*command, &options->speaker);
  command->callback([&program, options] {
    program.Run([options](Context& context) {
      const Speaker& speaker = options->speaker;
      if (options->routing) return WatchRouting({speaker.persona, speaker.json}, context);
      return RunWatch(*options, context);
    });
  });
}

}  // namespace katra::cli
