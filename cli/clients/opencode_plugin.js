// Katra's plugin for opencode. It hands messages to the model with prompts and tool results, reports
// what the session is doing, and begins a turn when a message for an idle session arrives. What to
// deliver, and when to wake, is decided by `katra hook` and `katra wait`. Written by Katra; a new
// version replaces it.
import { spawn } from "node:child_process"

const katra = KATRA_PROGRAM
const environment = { ...process.env, ...KATRA_ENVIRONMENT }
const kMillisUntilNextWait = 30_000 // after a wait that found no session of Katra

// Runs katra; gives what it printed, or an empty string if it failed.
function Run(args, input) {
  return new Promise((done) => {
    let child
    try {
      child = spawn(katra, args, { stdio: ["pipe", "pipe", "ignore"], env: environment })
    } catch {
      return done("")
    }
    let out = ""
    child.stdout.setEncoding("utf8").on("data", (text) => (out += text))
    child.once("error", () => done(""))
    child.once("close", (code) => done(code === 0 ? out.trimEnd() : ""))
    child.stdin.on("error", () => {}) // it ended without reading
    child.stdin.end(input)
  })
}

export const Katra = async ({ client, directory }) => {
  // A session of `katra start` may also load the plugin of `katra install`: the first one serves.
  globalThis.katra_plugin ??= import.meta.url
  if (globalThis.katra_plugin !== import.meta.url) return {}
  let session = "" // the one in which the user talks
  let settings = {} // the agent and the model of its last prompt
  const helpers = new Set() // sessions of subagents
  const started = new Set()

  const Hook = (event, id) =>
    Run(["hook", event, "--client", "opencode"], JSON.stringify({ session_id: id, cwd: directory }))

  async function Wake(notice) {
    const parts = [{ type: "text", text: notice }]
    if (session) {
      await client.session.promptAsync({ path: { id: session }, body: { ...settings, parts } })
    } else {
      // Nothing was ever said: only the screen can begin a conversation that it also shows.
      await client.tui.appendPrompt({ body: { text: notice } })
      await client.tui.submitPrompt()
    }
  }

  // Waits beside the session, for as long as opencode runs.
  async function Wait() {
    const notice = await Run(["wait", "--client", "opencode"], "")
    if (notice) await Wake(notice).catch(() => {})
    setTimeout(Wait, notice ? 0 : kMillisUntilNextWait).unref?.()
  }
  Wait()

  return {
    "chat.message": async (input, output) => {
      if (helpers.has(input.sessionID)) return
      session = input.sessionID
      settings = {
        ...(input.agent && { agent: input.agent }),
        ...(input.model && { model: input.model }),
      }
      let text = ""
      if (!started.has(session)) {
        started.add(session)
        text = await Hook("session-start", session)
      }
      text = [text, await Hook("prompt", session)].filter(Boolean).join("\n")
      if (!text) return
      const last = output.parts.at(-1)
      output.parts.push({
        id: `${last?.id ?? "prt_"}k`, // parts are ordered by their ids
        sessionID: session,
        messageID: output.message.id,
        type: "text",
        text,
        synthetic: true,
      })
    },
    "tool.execute.after": async (input, output) => {
      if (input.sessionID !== session) return
      const text = await Hook("post-tool", session)
      if (!text) return
      if (Array.isArray(output.content)) output.content.push({ type: "text", text })
      else output.output = `${output.output ?? ""}\n\n${text}`
    },
    event: async ({ event }) => {
      const about = event.properties ?? {}
      if (event.type === "session.created" && about.info?.parentID) helpers.add(about.info.id)
      if (!session || about.sessionID !== session) return
      if (event.type === "session.idle") await Hook("stop", session)
      if (event.type === "permission.asked" || event.type === "permission.updated")
        await Hook("permission", session)
    },
  }
}
