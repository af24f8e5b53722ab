#include "core/uv/process.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <utility>

namespace katra::uv {
namespace {

constexpr size_t kPieceBytes = 4096;
// How long to wait for the end of an output stream that the program left open in another process.
constexpr std::chrono::milliseconds kLinger{1'000};

std::vector<char*> Pointers(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

// The pipes and the timer are freed with the Process. The process handle remains until the program
// has been reaped, and keeps the state alive: closing it earlier would leave a zombie.
struct Process::State {
  struct Stream {
    State* of = nullptr;
    OwnedHandle<uv_pipe_t> pipe;
    std::string text;
    size_t most = 0;
    std::array<char, kPieceBytes> piece{};
  };

  std::function<void(ProcessEnd)> ended;
  ProcessEnd end;
  Stream out;
  Stream err;
  std::unique_ptr<Timer> timer;
  int pid = 0;
  bool exited = false;

  void Open(Loop& loop, Stream& stream, size_t most) {
    auto handle = std::make_unique<uv_pipe_t>();
    const int status = uv_pipe_init(loop.raw(), handle.get(), 0);  // cannot fail
    stream.pipe = Own(std::move(handle), status);
    stream.pipe->data = &stream;
    stream.of = this;
    stream.most = most;
  }

  static void Read(Stream& stream) {
    uv_read_start(
        reinterpret_cast<uv_stream_t*>(stream.pipe.get()),
        [](uv_handle_t* handle, size_t, uv_buf_t* buffer) {
          auto& own = *static_cast<Stream*>(handle->data);
          *buffer = uv_buf_init(own.piece.data(), static_cast<unsigned>(own.piece.size()));
        },
        [](uv_stream_t* handle, ssize_t count, const uv_buf_t*) {
          auto& own = *static_cast<Stream*>(handle->data);
          if (count != 0) own.of->Take(own, count);
        });
  }

  void Take(Stream& stream, ssize_t count) {
    if (count < 0) {
      stream.pipe.reset();
      TellIfComplete();
      return;
    }
    const size_t room = stream.most - stream.text.size();
    const auto bytes = static_cast<size_t>(count);
    stream.text.append(stream.piece.data(), std::min(room, bytes));
    if (bytes > room && &stream == &out) Break(ProcessEnd::How::kTooLong);
  }

  // Kills the group, including what a shell has started. Only while the pid is certainly ours.
  void Kill() const {
    if (pid > 0 && !exited) uv_kill(-pid, SIGKILL);
  }

  void Break(ProcessEnd::How how) {
    end.how = how;
    Kill();
    Tell();
  }

  void TellIfComplete() {
    if (exited && !out.pipe && !err.pipe) Tell();
  }

  void OnTime() {
    if (exited) {
      Tell();
    } else {
      Break(ProcessEnd::How::kTimedOut);
    }
  }

  // Last, because the callback may destroy the Process.
  void Tell() {
    Close();
    end.out = std::move(out.text);
    end.err = std::move(err.text);
    if (const auto tell = std::exchange(ended, nullptr)) tell(std::move(end));
  }

  void Close() {
    if (timer) timer->Stop();
    out.pipe.reset();
    err.pipe.reset();
  }
};

std::unique_ptr<Process> Process::Start(Loop& loop, const ProcessRun& run,
                                        std::function<void(ProcessEnd)> ended) {
  auto state = std::make_shared<State>();
  State* const own = state.get();
  own->ended = std::move(ended);
  own->Open(loop, own->out, run.max_out_bytes);
  own->Open(loop, own->err, run.max_err_bytes);

  std::vector<std::string> words = run.words;
  std::vector<std::string> variables = run.environment;
  std::vector<char*> arguments = Pointers(words);
  std::vector<char*> environment = Pointers(variables);
  std::array<uv_stdio_container_t, 3> streams{};
  streams[0].flags = UV_IGNORE;  // /dev/null
  for (size_t i = 1; i < streams.size(); ++i) {
    streams.at(i).flags = static_cast<uv_stdio_flags>(UV_CREATE_PIPE | UV_WRITABLE_PIPE);
    streams.at(i).data.stream =
        reinterpret_cast<uv_stream_t*>((i == 1 ? own->out : own->err).pipe.get());
  }
  uv_process_options_t options{};
  options.file = words.front().c_str();
  options.args = arguments.data();
  options.env = environment.data();
  options.cwd = run.folder.c_str();
  options.flags = UV_PROCESS_DETACHED;  // its own session: no terminal, and one group to kill
  options.stdio_count = static_cast<int>(streams.size());
  options.stdio = streams.data();
  options.exit_cb = [](uv_process_t* handle, int64_t status, int signal) {
    const std::unique_ptr<std::shared_ptr<State>> held(
        static_cast<std::shared_ptr<State>*>(handle->data));
    uv_close(reinterpret_cast<uv_handle_t*>(handle),
             [](uv_handle_t* closed) { delete reinterpret_cast<uv_process_t*>(closed); });
    State& of = **held;
    of.exited = true;
    of.end.exit_code = signal != 0 ? 128 + signal : static_cast<int>(status);
    if (!of.ended) return;
    of.timer->Start(kLinger);
    of.TellIfComplete();
  };

  auto handle = std::make_unique<uv_process_t>();
  const int status = uv_spawn(loop.raw(), handle.get(), &options);
  if (status != 0) {
    uv_close(reinterpret_cast<uv_handle_t*>(handle.release()),
             [](uv_handle_t* closed) { delete reinterpret_cast<uv_process_t*>(closed); });
    own->end.how = ProcessEnd::How::kNotStarted;
    own->end.why = uv_strerror(status);
    own->timer = std::make_unique<Timer>(loop, [own] { own->Tell(); });
    own->timer->Start(std::chrono::milliseconds(0));
    return std::unique_ptr<Process>(new Process(std::move(state)));
  }
  handle->data = new std::shared_ptr<State>(state);
  own->pid = handle->pid;
  static_cast<void>(handle.release());  // freed by the exit callback
  State::Read(own->out);
  State::Read(own->err);
  own->timer = std::make_unique<Timer>(loop, [own] { own->OnTime(); });
  own->timer->Start(run.timeout);
  return std::unique_ptr<Process>(new Process(std::move(state)));
}

Process::Process(std::shared_ptr<State> state) : state_(std::move(state)) {}

Process::~Process() {
  state_->ended = nullptr;
  state_->Kill();
  state_->Close();
  state_->timer.reset();  // belongs to the loop, which the state may outlive
}

}  // namespace katra::uv
