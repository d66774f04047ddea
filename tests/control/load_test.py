#!/usr/bin/env python3
"""What pages say beyond nats-server: figures of workers, latency of the broker, TCP of clients, and
the live page in a browser."""

import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import server  # noqa: E402  (lies beside this script)

MESSAGES = 500
CROWD = 1500
BROWSER_PATIENCE_S = 90


def with_load(test):
    """A server with two workers through which MESSAGES were delivered, each to two clients."""
    def run():
        under_test = server.Server(os.environ['WIREBIRD_BINARY'], '--workers', '2')
        try:
            clients = [under_test.client(name='reader <b>1'), under_test.client(name='reader 2')]
            for each in clients:
                each.command('SUB flow.* 1\r\n')
            publisher = under_test.client(name='writer')
            publisher.command('PUB flow.a 2\r\nhi\r\n' * MESSAGES)
            server.wait_for('what was published', lambda: sum(
                one['out_msgs'] for one in workers(under_test)) == 2 * MESSAGES)
            test(under_test)
        finally:
            under_test.kill()
    return run


def workers(under_test, parameters=''):
    return under_test.get('/workerz' + parameters).json['workers']


@with_load
def test_every_delivery_has_a_latency(under_test):
    rows = workers(under_test, '?buckets=1')
    assert [one['id'] for one in rows] == [0, 1], rows
    assert sum(one['latency']['count'] for one in rows) == 2 * MESSAGES, rows
    for one in rows:
        seen = one['latency']
        assert sum(seen['buckets'].values()) == seen['count'], seen
        in_order = [seen[key] for key in ('p50_ns', 'p99_ns', 'p999_ns', 'p9999_ns')]
        assert in_order == sorted(in_order), seen
        # Nobody parses, matches and hands over within a tenth of a microsecond; or in a minute.
        assert not seen['count'] or 100 < in_order[0] < in_order[3] + 1 < 60e9, seen
        assert one['loop']['count'] > 0 and 0 < one['loop_max_ns'], one
        assert 0 <= one['busy'] <= 1 and one['arena']['used_bytes'] < one['arena']['limit_bytes']
    cached = under_test.get('/subsz').json  # of both workers, each of which knows the subject
    assert 1 <= cached['num_cache'] <= 2 and 1 <= cached['max_fanout'] <= 2, cached
    assert cached['max_fanout'] / 2 <= cached['avg_fanout'] <= cached['max_fanout'], cached
    latency = under_test.get('/varz').json['wirebird']['latency']
    assert latency['count'] == 2 * MESSAGES and latency['p50_ns'] > 0, latency
    assert sum(one['connections'] for one in rows) == 3, rows
    assert under_test.get('/varz').json['connections'] == 3


@with_load
def test_metrics_have_histograms_and_drops(under_test):
    text = under_test.get('/metrics').body
    counts = re.findall(r'^wirebird_latency_seconds_count\{worker="\d"\} (\d+)$', text, re.M)
    assert sum(map(int, counts)) == 2 * MESSAGES, counts
    for worker in '01':
        buckets = [int(count) for count in re.findall(
            r'^wirebird_latency_seconds_bucket\{worker="%s",le="[^"]+"\} (\d+)$' % worker, text,
            re.M)]
        assert buckets == sorted(buckets) and buckets[-1] == int(counts[int(worker)]), buckets
    for line in ('wirebird_worker_busy_ratio{worker="1"} ',
                 'wirebird_arena_used_bytes{worker="0"} ', 'wirebird_match_cache_hit_ratio{',
                 'wirebird_drops_total{worker="0",what="client",reason="max_pending"} 0'):
        assert line in text, line


@with_load
def test_connections_tell_of_their_tcp(under_test):
    for one in under_test.get('/connz').json['connections']:
        tcp = one['wirebird']['tcp']
        assert tcp['mss'] > 0 and tcp['cwnd_bytes'] >= tcp['mss'] and tcp['rto_us'] > 0, tcp
    for one in under_test.get('/connz?state=closed').json['connections']:
        assert 'wirebird' not in one, one


@with_load
def test_pages_without_rows_know_who_is_there(under_test):
    """/varz copies no rows of connections, and still counts those that came and went."""
    more = [under_test.client() for _ in range(3)]
    server.wait_for('six', lambda: under_test.get('/varz').json['connections'] == 6)
    assert len(under_test.get('/connz').json['connections']) == 6
    for each in more:
        each.close()
    server.wait_for('three', lambda: under_test.get('/varz').json['connections'] == 3)
    assert under_test.get('/connz').json['num_connections'] == 3


def test_pages_of_thousands_of_connections():
    """Every client is on exactly one page, also of a list that rests and of one just written."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    under_test = server.Server(os.environ['WIREBIRD_BINARY'])
    try:
        clients = [under_test.client() for _ in range(CROWD)]
        for i, one in enumerate(clients):
            one.command(f'SUB held.{i % 7} 1\r\nSUB other.{i} 2\r\n')
        clients[0].command(''.join(f'PUB held.{i} 2\r\nhi\r\n' * i for i in range(7)))
        everybody = server.wait_for('all rows', lambda: ids(under_test, CROWD))
        for options in ('', '&sort=msgs_to', '&sort=pending', '&sort=idle', '&subs=1'):
            rows = []
            for offset in range(0, CROWD, 400):
                page = under_test.get(f'/connz?limit=400&offset={offset}{options}').json
                assert page['total'] == CROWD, page['total']
                rows += page['connections']
            assert sorted(row['cid'] for row in rows) == everybody, options
            if options == '&sort=msgs_to':
                sent = [row['out_msgs'] for row in rows]
                assert sent == sorted(sent, reverse=True) and sent[0] == 6, sent[:10]
            if options == '&subs=1':
                assert {len(row['subscriptions_list']) for row in rows} == {2}
        for one in clients[CROWD // 2:]:
            one.close()
        server.wait_for('the end of half of them', lambda: ids(under_test, CROWD - CROWD // 2))
        rows = under_test.get(f'/connz?state=all&limit={CROWD}').json['connections']
        assert sorted(row['cid'] for row in rows) == everybody, len(rows)
    finally:
        under_test.kill()


def ids(under_test, wanted):
    """Of all clients in order; nothing unless there are as many as wanted."""
    page = under_test.get(f'/connz?limit={2 * CROWD}').json
    assert page['num_connections'] == len(page['connections']), page['num_connections']
    return page['total'] == wanted and sorted(row['cid'] for row in page['connections'])


def browse(under_test, *options):
    """Opens the root page in a browser that sees nothing but this machine."""
    with tempfile.TemporaryDirectory() as profile:
        return subprocess.run(
            [shutil.which('chromium'), '--headless=new', '--no-sandbox', '--disable-gpu',
             '--disable-dev-shm-usage', '--no-first-run', '--user-data-dir=' + profile,
             '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
             '--enable-logging=stderr', '--virtual-time-budget=6000', *options,
             f'http://127.0.0.1:{under_test.http_port}/'],
            capture_output=True, text=True, timeout=BROWSER_PATIENCE_S, check=False)


@with_load
def test_the_live_page_comes_to_life_in_a_browser(under_test):
    if not shutil.which('chromium'):
        print('       skipped, important: no chromium here')
        return
    seen = browse(under_test, '--dump-dom')
    page = seen.stdout

    def text_of(name):
        found = re.search(r'id="%s"[^>]*>([^<]*)<' % name, page)
        assert found, f'{name} in\n{page}\n{seen.stderr[-2000:]}'
        return found.group(1)

    # On a late machine the browser's own pages have something to say as well.
    console = [line for line in seen.stderr.splitlines()
               if 'CONSOLE' in line and 'source: chrome://' not in line]
    assert not console, console
    assert text_of('state') == 'live', text_of('state')
    assert text_of('connections') == '3' and text_of('subscriptions') == '2', page
    assert re.fullmatch(r'[\d.]+ (ns|µs|ms|s)', text_of('p9999_all')), text_of('p9999_all')
    for name in ('in_msgs', 'out_msgs', 'in_bytes', 'slow', 'drops'):
        assert re.match(r'\d', text_of(name)), name
    assert re.search(r'id="line_out"[^>]* points="[\d.]+,[\d.]+ ', page), 'no line'
    rows = re.search(r'id="workers">.*?<tbody>(.*?)</tbody>', page, re.S).group(1)
    assert rows.count('<tr>') == 2, rows
    clients = re.search(r'id="clients">.*?<tbody>(.*?)</tbody>', page, re.S).group(1)
    assert 'reader &lt;b&gt;1' in clients, clients
    events = re.search(r'id="events">.*?<tbody>(.*?)</tbody>', page, re.S).group(1)
    assert events.count('connected') == 3, events


@with_load
def test_the_root_page_needs_nobody_else(under_test):
    answer = under_test.get('/')
    assert "default-src 'self'" in answer.headers['content-security-policy']
    for page in (answer, under_test.get('/live.css'), under_test.get('/live.js')):
        assert page.status == 200
        assert not re.search(r'https?:|//[a-z]+\.|@\w+@', page.body), page.body[:200]


def main():
    return server.run(globals(), sys.argv[1:])


if __name__ == '__main__':
    sys.exit(main())
