// What the official clients must see while a call of katra_hear waits: that it can be cancelled,
// that it holds up nothing else, that it ends with the message, and that subscriptions report what
// another process says. The drivers hand in the same `link` as to tools_walk.mjs, and besides
// awake() (any request that a server answers at once), watch(uri) (subscribes; gives {updates,
// next(), stop()}) and answered(text) (whether a line of the server carries that text).

import assert from 'node:assert/strict';

import { Check, Within } from './scenario.mjs';
import { RoomUri, TextOf } from './tools_walk.mjs';

const kProgressMs = 20_000;
const kSoonMs = 10_000; // far above what is needed, far below what a waiting call would cost

async function Drain(link) {
  for (;;) {
    const heard = await link.call('katra_hear', { limit: 200, format: 'json' });
    if (heard.structuredContent.messages.length === 0) return;
  }
}

async function CheckWaiting(link, speaker) {
  await Check('a waiting hear ends with what another process says', async () => {
    await Drain(link);
    const waiting = link.call('katra_hear', { wait_seconds: 50 });
    await link.awake();
    await speaker.call('katra_say', { message: 'wake up' });
    assert.ok(TextOf(await Within(kSoonMs, 'the waiting hear', waiting)).includes('wake up'));
  });
  await Check('while hear waits, other requests are answered', async () => {
    const stop = new AbortController();
    const waiting = link.call('katra_hear', { wait_seconds: 50 }, { signal: stop.signal });
    waiting.catch(() => {});
    for (let at = 0; at < 3; ++at)
      await Within(kSoonMs, 'a request beside a waiting hear', link.awake());
    assert.ok(!(await Within(kSoonMs, 'recall', link.call('katra_recall', {}))).isError);
    stop.abort('enough');
    await assert.rejects(waiting);
  });
  await Check('a cancelled hear is never answered, and takes no message with it', async () => {
    const stop = new AbortController();
    const waiting = link.call('katra_hear', { wait_seconds: 50 }, { signal: stop.signal });
    waiting.catch(() => {});
    await link.awake();
    stop.abort('changed my mind');
    await assert.rejects(waiting);
    await link.awake(); // the server has read the cancellation
    await speaker.call('katra_say', { message: 'after the cancellation' });
    const heard = await link.call('katra_hear', { wait_seconds: 50 });
    assert.ok(TextOf(heard).includes('after the cancellation'), TextOf(heard));
    assert.doesNotMatch(TextOf(heard), /redelivered/);
    assert.equal(link.answered('after the cancellation'), 1, 'lines with that message');
  });
}

// Takes as long as the server lets pass between two notes.
async function CheckProgress(link, speaker) {
  await Check('progress of a waiting hear is told to who asked for it', async () => {
    const notes = [];
    let told;
    const first_note = new Promise((done) => (told = done));
    const onprogress = (note) => {
      notes.push(note);
      told();
    };
    const waiting = link.call('katra_hear', { wait_seconds: 50 }, { onprogress });
    await Within(kProgressMs, 'a progress note', first_note);
    await speaker.call('katra_say', { message: 'progress' });
    assert.ok(TextOf(await Within(kSoonMs, 'the waiting hear', waiting)).includes('progress'));
    notes.forEach((note, at) => {
      if (at > 0) assert.ok(note.progress > notes[at - 1].progress, 'progress grows');
    });
  });
}

async function CheckSubscription(link, speaker) {
  await Check(
    'a subscribed room reports what another process says, until unsubscribed',
    async () => {
      const uri = RoomUri('main');
      const watch = await link.watch(uri);
      for (const text of ['first update', 'second update']) {
        const update = watch.next();
        await speaker.call('katra_say', { message: text });
        assert.equal(await Within(kSoonMs, `an update for '${text}'`, update), uri);
        assert.ok(
          (await link.read(uri)).contents[0].text.includes(text),
          'what is read after the update has it',
        );
      }
      await watch.stop();
      const before = watch.updates.length;
      await speaker.call('katra_say', { message: 'nobody is told' });
      assert.ok(
        TextOf(await link.call('katra_hear', { wait_seconds: 50 })).includes('nobody is told'),
      );
      await link.awake();
      assert.equal(watch.updates.length, before, 'updates after the end');
    },
  );
}

// `speaker`: another process's link. `progress`: also wait for a progress note.
export async function WalkWaiting(link, speaker, { progress }) {
  await CheckWaiting(link, speaker);
  if (progress) await CheckProgress(link, speaker);
  await CheckSubscription(link, speaker);
}
