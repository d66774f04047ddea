// The live view of the root page: asks /workerz once a second and shows what has changed since.
'use strict';

const element = id => document.getElementById(id);
const base = document.body.dataset.base;
const span_s = 120;      // of the chart
const window_s = 10;     // of rates' latency percentiles
const history = [];      // answers of /workerz, oldest first

const sum = (workers, value) => workers.reduce((total, one) => total + value(one), 0);

function short(value, unit = '') {
  const steps = [[1e9, 'G'], [1e6, 'M'], [1e3, 'k']];
  for (const [size, letter] of steps)
    if (value >= size) return (value / size).toPrecision(3) + ' ' + letter + unit;
  const rounded = value < 10 && value % 1 ? value.toFixed(1) : Math.round(value);
  return rounded + (unit ? ' ' + unit : '');
}

function time(ns) {
  if (ns === 0) return '–';
  if (ns < 1e3) return ns + ' ns';
  if (ns < 1e6) return (ns / 1e3).toPrecision(3) + ' µs';
  return ns < 1e9 ? (ns / 1e6).toPrecision(3) + ' ms' : (ns / 1e9).toPrecision(3) + ' s';
}

// Bucket by bucket what was added between two answers, as [ns, count], shortest first.
function added(now, before) {
  return Object.entries(now).map(([ns, count]) => [Number(ns), count - (before[ns] || 0)])
    .filter(([, count]) => count > 0).sort((left, right) => left[0] - right[0]);
}

function percentile(buckets, share) {
  const wanted = Math.ceil(share * sum(buckets, bucket => bucket[1]));
  let seen = 0;
  for (const [ns, count] of buckets) if ((seen += count) >= wanted) return ns;
  return 0;
}

function merged(lists) {
  const all = new Map();
  for (const [ns, count] of lists.flat()) all.set(ns, (all.get(ns) || 0) + count);
  return [...all].sort((left, right) => left[0] - right[0]);
}

const drops = worker => Object.entries(worker.drops)
  .filter(([name]) => name.startsWith('message.')).reduce((all, [, count]) => all + count, 0);
const slow = worker => ['max_pending', 'write_deadline', 'no_memory', 'output_limit']
  .reduce((all, why) => all + (worker.drops['client.' + why] || 0), 0);

function rate(now, before, value) {
  const seconds = (now.at - before.at) / 1000;
  return Math.max(0, sum(now.workers, value) - sum(before.workers, value)) / seconds;
}

function show_tile(id, text, is_bad = false) {
  element(id).textContent = text;
  element(id).parentElement.classList.toggle('bad', is_bad);
}

function show_rates(now, before) {
  show_tile('in_msgs', short(rate(now, before, one => one.in_msgs)));
  show_tile('out_msgs', short(rate(now, before, one => one.out_msgs)));
  show_tile('in_bytes', short(rate(now, before, one => one.in_bytes), 'B'));
  show_tile('out_bytes', short(rate(now, before, one => one.out_bytes), 'B'));
  show_tile('connections', short(sum(now.workers, one => one.connections)));
  show_tile('subscriptions', short(sum(now.workers, one => one.subscriptions)));
  const slow_now = sum(now.workers, slow);
  const drops_now = sum(now.workers, drops);
  show_tile('slow', short(slow_now), slow_now > sum(history[0].workers, slow));
  show_tile('drops', short(drops_now), drops_now > sum(history[0].workers, drops));
}

// History as points of a line, the newest at the right edge.
function points(value, top) {
  const newest = history[history.length - 1].at;
  return history.slice(1).map((now, i) => {
    const x = 1000 - (newest - now.at) / span_s;
    return x.toFixed(1) + ',' + (98 - 94 * rate(now, history[i], value) / top).toFixed(1);
  }).join(' ');
}

function show_chart() {
  const highest = value =>
    Math.max(...history.slice(1).map((now, i) => rate(now, history[i], value)));
  const top = Math.max(1, highest(one => one.in_msgs), highest(one => one.out_msgs));
  element('line_in').setAttribute('points', points(one => one.in_msgs, top));
  element('line_out').setAttribute('points', points(one => one.out_msgs, top));
  element('top').textContent = short(top) + '/s';
}

function show_latency(now, before) {
  const since = (worker, i) => {
    const earlier = before && before.workers[i];
    return added(worker.latency.buckets, earlier ? earlier.latency.buckets : {});
  };
  const recent = merged(now.workers.map(since));
  before = null;
  const all = merged(now.workers.map(since));
  for (const [id, share] of [['p50', .5], ['p99', .99], ['p999', .999], ['p9999', .9999]]) {
    element(id).textContent = time(percentile(recent, share));
    element(id + '_all').textContent = time(percentile(all, share));
  }
}

function cell(row, content) {
  const made = row.insertCell();
  if (content instanceof Node) made.append(content);
  else made.textContent = content;
}

function meter(share) {
  const made = document.createElement('meter');
  made.max = 1;
  made.high = .85;
  made.value = share;
  return made;
}

function show_workers(now, before) {
  const rows = document.createElement('tbody');
  now.workers.forEach((one, i) => {
    const seconds = (now.at - before.at) / 1000;
    const row = rows.insertRow();
    const busy = document.createElement('span');
    busy.append(meter(one.busy), ' ' + Math.round(100 * one.busy) + ' %');
    cell(row, one.id);
    cell(row, busy);
    cell(row, short(one.connections));
    cell(row, short(Math.max(0, one.in_msgs - before.workers[i].in_msgs) / seconds));
    cell(row, short(Math.max(0, one.out_msgs - before.workers[i].out_msgs) / seconds));
    cell(row, time(one.loop.p99_ns));
    cell(row, time(one.loop_max_ns));
    cell(row, Math.round(100 * one.arena.used_bytes / one.arena.limit_bytes) + ' %');
  });
  element('workers').replaceChild(rows, element('workers').tBodies[0]);
}

function show_clients(answer) {
  const rows = document.createElement('tbody');
  for (const one of answer.connections) {
    const row = rows.insertRow();
    cell(row, one.name || one.ip + ':' + one.port);
    cell(row, one.cid);
    cell(row, short(one.pending_bytes, 'B'));
    cell(row, short(one.out_msgs));
    cell(row, one.wirebird ? time(one.wirebird.tcp.rtt_us * 1000) : '–');
    cell(row, one.wirebird ? short(one.wirebird.tcp.retransmits) : '–');
  }
  element('clients').replaceChild(rows, element('clients').tBodies[0]);
}

const words = {connection_opened: 'connected', connection_closed: 'left',
               slow_consumer: 'slow consumer', config_applied: 'configuration changed',
               resync: 'events are missing here'};

function show_events(answer) {
  const rows = document.createElement('tbody');
  for (const one of answer.events.reverse()) {
    const row = rows.insertRow();
    cell(row, new Date(one.time).toLocaleTimeString());
    cell(row, words[one.type] || one.type);
    cell(row, one.cid ? one.cid + ', ' + one.ip + ':' + one.port : '–');
    cell(row, one.reason || one.changes || (one.lost ? one.lost + ' or more' : ''));
  }
  element('events').replaceChild(rows, element('events').tBodies[0]);
}

function show_state(text, kind) {
  element('state').textContent = text;
  element('state').className = kind;
}

async function ask(page) {
  const answer = await fetch(base + page, {cache: 'no-store', signal: AbortSignal.timeout(5000)});
  if (!answer.ok) throw new Error('HTTP ' + answer.status);
  return answer.json();
}

function show(now) {
  if (history.length > 0 && history[0].server_id !== now.server_id) history.length = 0;
  history.push(now);
  while (now.at - history[0].at > span_s * 1000) history.shift();
  element('uptime').textContent = now.uptime;
  if (history.length < 2) return;
  const before = history[history.length - 2];
  const earlier = history.findLast(one => now.at - one.at >= window_s * 1000) || history[0];
  show_rates(now, before);
  show_chart();
  show_latency(now, earlier);
  show_workers(now, before);
}

async function turn(count) {
  try {
    const now = await ask('workerz?buckets=1');
    now.at = performance.now();
    show(now);
    if (count % 5 === 0) show_clients(await ask('connz?sort=pending&limit=8'));
    if (count % 2 === 0) show_events(await ask('eventz?limit=10'));
    const stalled = now.workers.filter(one => one.heartbeat_age_ms > 3000).length;
    show_state(stalled ? stalled + ' stalled' : 'live', stalled ? 'bad' : 'ok');
  } catch (error) {
    show_state('no answer: ' + error.message, 'bad');
  }
  // Nobody looks: ask rarely, so that a forgotten tab costs the server next to nothing.
  setTimeout(turn, document.hidden ? 10_000 : 1000, count + 1);
}

turn(0);
