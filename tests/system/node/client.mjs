// One scenario of the official JavaScript client against a broker: client.mjs SCENARIO URL.
// Ends with code 0 if everything was as expected.

import assert from 'node:assert/strict';
import { connect, errors, headers, nkeyAuthenticator } from '@nats-io/transport-node';

const deadline_ms = 45_000;
const decoder = new TextDecoder();
const [scenario, url] = process.argv.slice(2);

const open = (options = {}) => connect({ servers: url, reconnect: false, ...options });

// The next `count` messages of a subscription, as text.
async function take(subscription, count) {
  const texts = [];
  if (count === 0) return texts;
  for await (const message of subscription) {
    texts.push(decoder.decode(message.data));
    if (texts.length === count) break;
  }
  return texts;
}

// The next event of this type.
async function next(events, type) {
  for await (const event of events) if (event.type === type) return event;
  throw new Error(`the connection ended without ${type}`);
}

const scenarios = {
  async connect() {
    const connection = await open({ name: 'judge' });
    assert.equal(connection.info.version, '2.9.10');
    assert.equal(connection.info.headers, true);
    assert.equal(connection.info.max_payload, 1048576);
    assert.ok((await connection.rtt()) >= 0);
    await connection.close();
    assert.equal(await connection.closed(), undefined);
  },

  async connect_options() {
    const [deaf, strict] = [await open({ noEcho: true, name: 'deaf' }),
      await open({ verbose: true, pedantic: true })];
    const heard = [];
    const echo = deaf.subscribe('said', {
      callback: (_, message) => heard.push(decoder.decode(message.data)),
    });
    await deaf.flush();
    deaf.publish('said', 'by itself');
    await deaf.flush();
    strict.publish('said', 'by another');
    await strict.flush();
    await deaf.flush();
    assert.deepEqual(heard, ['by another']);
    echo.unsubscribe();
    await Promise.all([deaf.close(), strict.close()]);
  },

  async server_list() {
    const nobody = 'nats://127.0.0.1:1';
    const client = await open({ servers: [nobody, url], noRandomize: true, timeout: 5_000 });
    assert.equal(`nats://${client.getServer()}`, url);
    await client.close();
  },

  // What was published before a flush is with the broker after it.
  async flush() {
    const [publisher, subscriber] = [await open(), await open()];
    let count = 0;
    subscriber.subscribe('flushed', { callback: () => count++ });
    await subscriber.flush();
    for (let i = 1; i <= 50; i++) {
      publisher.publish('flushed');
      await publisher.flush();
      await subscriber.flush();
      assert.equal(count, i);
    }
    await Promise.all([publisher.close(), subscriber.close()]);
  },

  async slow_consumer() {
    const [publisher, client] = [await open(), await open()];
    const events = client.status();
    const subscription = client.subscribe('much', { slow: 10 });
    await client.flush();
    for (let i = 0; i < 100; i++) publisher.publish('much', `${i}`);
    await publisher.flush();
    await client.flush();
    const taken = take(subscription, 100);
    await next(events, 'slowConsumer');
    assert.equal((await taken).length, 100);
    await Promise.all([publisher.close(), client.close()]);
  },

  // Against users.hh.
  async login() {
    const seed = 'SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY';
    for (const right of [
      { user: 'clear', pass: 'word' },
      { user: 'hashed', pass: 'U*U' },
      { authenticator: nkeyAuthenticator(new TextEncoder().encode(seed)) },
    ]) {
      const connection = await open(right);
      await connection.flush();
      await connection.close();
    }
    for (const wrong of [{}, { user: 'clear', pass: 'U*U' }, { user: 'nobody', pass: 'word' },
      { token: 'word' }]) {
      await assert.rejects(open(wrong), errors.AuthorizationError);
    }
    const limited = await open({ user: 'limited', pass: 'word' });
    const refused = limited.subscribe('secret');
    await assert.rejects(take(refused, 1), errors.PermissionViolationError);
    const allowed = limited.subscribe('open.*');
    limited.publish('open.a', 'still here');
    assert.deepEqual(await take(allowed, 1), ['still here']);
    await limited.close();
  },

  async publish_subscribe() {
    const [publisher, subscriber] = [await open(), await open()];
    const subscription = subscriber.subscribe('greet');
    await subscriber.flush();
    const sent = Array.from({ length: 10_000 }, (_, i) => `message ${i}`);
    for (const text of sent) publisher.publish('greet', text);
    assert.deepEqual(await take(subscription, sent.length), sent);
    const limited = subscriber.subscribe('few', { max: 3 });
    await subscriber.flush();
    for (let i = 0; i < 5; i++) publisher.publish('few', `${i}`);
    assert.deepEqual(await take(limited, 4), ['0', '1', '2']);
    await Promise.all([publisher.close(), subscriber.close()]);
  },

  async request() {
    const [client, service] = [await open(), await open()];
    service.subscribe('upper', {
      callback: (_, message) => message.respond(decoder.decode(message.data).toUpperCase()),
    });
    await service.flush();
    const words = Array.from({ length: 500 }, (_, i) => `word-${i}`);
    const replies = await Promise.all(
      words.map((word) => client.request('upper', word, { timeout: deadline_ms })));
    assert.deepEqual(replies.map((reply) => decoder.decode(reply.data)),
      words.map((word) => word.toUpperCase()));
    await Promise.all([client.close(), service.close()]);
  },

  async no_responders() {
    const client = await open();
    await assert.rejects(client.request('nobody', 'x', { timeout: deadline_ms }), (error) =>
      error instanceof errors.NoRespondersError || error.cause instanceof errors.NoRespondersError);
    await client.close();
  },

  async headers() {
    const client = await open();
    const subscription = client.subscribe('with.headers');
    const sent = headers();
    sent.append('X-Kept', 'one');
    sent.append('X-Kept', 'two');
    sent.set('other', 'ü');
    client.publish('with.headers', 'body', { headers: sent, reply: 'back' });
    for await (const message of subscription) {
      assert.equal(decoder.decode(message.data), 'body');
      assert.equal(message.reply, 'back');
      assert.deepEqual(message.headers.values('X-Kept'), ['one', 'two']);
      assert.equal(message.headers.get('other'), 'ü');
      break;
    }
    await client.close();
  },

  async drain() {
    const [publisher, subscriber] = [await open(), await open()];
    const got = [];
    subscriber.subscribe('drained', {
      callback: (_, message) => got.push(decoder.decode(message.data)),
    });
    await subscriber.flush();
    const sent = Array.from({ length: 5_000 }, (_, i) => `${i}`);
    for (const text of sent) publisher.publish('drained', text);
    await publisher.flush();
    await subscriber.drain();
    assert.deepEqual(got, sent);
    await publisher.drain();
  },

  async wildcards() {
    const client = await open();
    const star = client.subscribe('a.*.c');
    const rest = client.subscribe('a.>');
    const subjects = ['a.b.c', 'a.c', 'a.x.c', 'a.b.c.d', 'b'];
    for (const subject of subjects) client.publish(subject, subject);
    assert.deepEqual(await take(star, 2), ['a.b.c', 'a.x.c']);
    assert.deepEqual(await take(rest, 4), ['a.b.c', 'a.c', 'a.x.c', 'a.b.c.d']);
    await client.close();
  },

  async queue() {
    const publisher = await open();
    const members = await Promise.all([open(), open(), open()]);
    const seen = new Map();
    for (const member of members) {
      member.subscribe('jobs', {
        queue: 'workers',
        callback: (_, message) => {
          const text = decoder.decode(message.data);
          seen.set(text, (seen.get(text) ?? 0) + 1);
        },
      });
      await member.flush();
    }
    for (let i = 0; i < 1_000; i++) publisher.publish('jobs', `${i}`);
    await publisher.flush();
    await Promise.all(members.map((member) => member.drain()));
    assert.equal(seen.size, 1_000);
    assert.ok([...seen.values()].every((count) => count === 1));
    await publisher.close();
  },

  // The judge kills the broker once we are ready, and starts another one in its place; or stops it
  // until we have given it up.
  async reconnect() {
    const client = await open({
      reconnect: true, reconnectTimeWait: 50, reconnectJitter: 5, maxReconnectAttempts: -1,
      // A stack of our own dies without a RST. A machine that stands still for less than 2.6 s is
      // no server that hangs.
      pingInterval: 200, maxPingOut: 12,
    });
    const subscription = client.subscribe('kept');
    await client.flush();
    const events = client.status();
    console.log('ready');
    for await (const event of events) {
      console.log(event.type);
      if (event.type === 'reconnect') break;
    }
    client.publish('kept', 'after');
    assert.deepEqual(await take(subscription, 1), ['after']);
    await client.close();
  },

  // The judge sends the broker into lame duck mode once we are ready.
  async lame_duck() {
    const client = await open();
    await client.flush();
    const events = client.status();
    console.log('ready');
    await next(events, 'ldm');
    await client.closed();
  },
};

const overdue = setTimeout(() => {
  console.error(`${scenario}: not done after ${deadline_ms} ms`);
  process.exit(1);
}, deadline_ms);
await scenarios[scenario]();
clearTimeout(overdue);
