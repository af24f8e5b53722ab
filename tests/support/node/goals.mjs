// What a scripted model wants, apart from how a client lets it: Codex offers an MCP tool by its name,
// behind a search for tools, or to JavaScript that it runs, according to the model's name. A goal is
// one of
//   {"katra": "say", "input": {…}}   a tool of Katra
//   {"shell": "command"}             a command in the project's folder; with "background": true, beside
//                                    the turn, where the client can do that
//   {"patch": "*** Begin Patch…"}    a change of files, where the client has a tool for it
//   {"text": "…"}                    the turn ends
// with what a step of fake_provider.mjs may say besides (`thinking`, `cut`, `status` …); one that is
// only cut or refused is followed by the next goal.

const kSearches = 2; // for one tool

const Find = (names, pattern) => names.find((name) => pattern.test(name));
const Script = (expression) => `const r = await ${expression};\ntext(JSON.stringify(r));`;

// How a goal is reached by JavaScript of Codex: MCP tools are mcp__SERVER__TOOL there.
function InJavaScript(goal) {
  if (goal.katra)
    return Script(`tools.mcp__katra__katra_${goal.katra}(${JSON.stringify(goal.input ?? {})})`);
  if (goal.shell) return Script(`tools.exec_command(${JSON.stringify({ cmd: goal.shell })})`);
  return Script(`tools.apply_patch(${JSON.stringify(goal.patch)})`);
}

export class Goals {
  constructor(goals) {
    this.goals_ = goals;
    this.at_ = 0;
    this.searches_ = 0;
  }

  Done() {
    return this.at_ >= this.goals_.length;
  }

  // The step of a model that may call the tools of these names.
  Next(names) {
    const goal = this.goals_[this.at_];
    if (!goal) return { text: 'done' };
    const { katra, shell, patch, input, background, ...more } = goal;
    if (!katra && !shell && !patch) {
      ++this.at_;
      return more;
    }
    const call = this.CallFor(goal, names);
    if (call.search) return call;
    ++this.at_;
    this.searches_ = 0;
    return { ...more, ...call };
  }

  CallFor(goal, names) {
    const direct = this.Direct(goal, names);
    if (direct) return direct;
    const search = goal.katra && Find(names, /(^|__)tool_search$/);
    if (search && this.searches_++ < kSearches)
      return { search: true, tool: search, input: { query: `katra ${goal.katra}`, limit: 8 } };
    const javascript = Find(names, /(^|__)exec$/);
    if (javascript) return { tool: javascript, input: { input: InJavaScript(goal) } };
    throw new Error(`no way to ${JSON.stringify(goal)} among ${names}`);
  }

  Direct(goal, names) {
    if (goal.katra) {
      const tool = Find(names, new RegExp(`(^|_)katra_${goal.katra}$`));
      return tool && { tool, input: goal.input ?? {} };
    }
    if (goal.shell) {
      const codex = Find(names, /(^|__)exec_command$/);
      if (codex) return { tool: codex, input: { cmd: goal.shell } };
      const tool = Find(names, /^(bash|Bash|run_shell_command)$/);
      const beside = goal.background ? { is_background: true } : {};
      return tool && { tool, input: { command: goal.shell, description: 'as asked', ...beside } };
    }
    const patch = Find(names, /(^|__)apply_patch$/);
    return patch && { tool: patch, input: { input: goal.patch } };
  }
}
