#!/usr/bin/env python3
"""Monitoring pages against nats-server 2.9.10's: the same clients do the same on both, and every
page must have the same keys in the same order, the same types, statuses, content types and error
texts, and the same numbers where these follow from what the clients did."""

import os
import pathlib
import re
import socket
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import server  # noqa: E402  (lies beside this script)

PAGES = [
    '/varz', '/connz', '/connz?auth=1', '/connz?state=closed', '/connz?state=any',
    '/connz?state=ALL&limit=1', '/connz?limit=1&offset=1', '/connz?offset=7', '/connz?limit=-1',
    '/connz?cid=99', '/connz?acc=$G', '/connz?acc=nope', '/connz?user=nobody',
    '/connz?mqtt_client=nobody', '/connz?state=closed&sort=stop', '/connz?state=closed&sort=reason',
    '/connz?subs=1', '/subsz?subs=1', '/subsz?subs=1&test=orders.eu',
    '/subsz?subs=1&acc=$G&limit=1', '/subsz?subs=1&acc=nope', '/subsz?subs=1&offset=1000',
    '/routez', '/routez?subs=detail', '/subsz', '/subscriptionsz', '/subsz?limit=2',
    '/accstatz', '/accstatz?unused=1', '/gatewayz', '/gatewayz?accs=1',
    '/leafz', '/leafz?subs=1', '/jsz', '/jsz?config=1', '/ipqueuesz', '/healthz',
    '/healthz?js-enabled-only=true', '/healthz?js-server-only=1',
]
# A sort option, and a member whose values it puts in an order that follows from what clients did.
SORTS = {'cid': 'cid', 'start': 'cid', 'subs': 'subscriptions', 'pending': 'pending_bytes',
         'msgs_to': 'out_msgs', 'msgs_from': 'in_msgs', 'bytes_to': 'out_bytes',
         'bytes_from': 'in_bytes', 'uptime': 'cid'}
ERRORS = [
    '/connz?auth=maybe', '/connz?offset=a', '/connz?limit=99999999999999999999', '/connz?cid=-1',
    '/connz?state=weird', '/connz?sort=foo', '/connz?sort=stop', '/connz?sort=reason&state=any',
    '/connz?limit=%22x%22', '/connz?offset=', '/routez?subs=maybe', '/subsz?test=foo.*&subs=1',
    '/subsz?limit=1.5', '/accountz?acc=nope', '/accstatz?unused=maybe', '/jsz?leader-only=1',
    '/jsz?config=2', '/gatewayz?accs=x', '/leafz?subs=x', '/nothing', '/varz/', '/VARZ', '/raftz',
    '/healthz?js-enabled=maybe', '/connz?%zz=1', '/connz?sort=%zz',
]
# Members that one side has for a reason: of the JSON object at a path, what to leave out.
OURS_ALONE = {'/varz': {'wirebird'}, '/connz': {'wirebird'}}
# Text that follows from the machine, the moment or the server itself.
NUMBERS = {'connz': ('pending_bytes', 'in_msgs', 'out_msgs', 'in_bytes', 'out_bytes',
                     'subscriptions', 'name', 'lang', 'version', 'kind', 'type', 'ip', 'reason',
                     'cid'),
           'varz': ('connections', 'total_connections', 'in_msgs', 'out_msgs', 'in_bytes',
                    'out_bytes', 'slow_consumers', 'routes', 'remotes', 'leafnodes', 'proto',
                    'version', 'host', 'max_connections', 'ping_interval', 'ping_max', 'http_host',
                    'http_base_path', 'https_port', 'auth_timeout', 'max_control_line',
                    'max_payload', 'max_pending', 'tls_timeout', 'write_deadline',
                    'system_account', 'cores')}
SECONDS = re.compile(r'(\d+m)?\d+s')


def shape(value, left_out=()):
    """Keys in order and types, without the values."""
    if isinstance(value, dict):
        return [(key, shape(inner, left_out)) for key, inner in value.items()
                if key not in left_out]
    if isinstance(value, list):  # nats-server lists subscriptions in no order
        return sorted({repr(shape(each, left_out)) for each in value})
    if isinstance(value, bool) or value is None:
        return type(value).__name__
    return 'number' if isinstance(value, (int, float)) else type(value).__name__


class Pair:
    """Both servers, and the same clients on both."""

    def __init__(self):
        self.servers = [server.Server(os.environ['WIREBIRD_ORACLE']),
                        server.Server(os.environ['WIREBIRD_BINARY'])]
        self.clients = [client for each in self.servers for client in self.work(each)]

    @staticmethod
    def work(target):
        gone = target.client(name='gone')
        gone.command('SUB bye 1\r\nPUB bye 2\r\nhi\r\n')
        gone.close()
        rude = target.client(name='rude')
        rude.send('NONSENSE\r\n')
        rude.read_through(b'\r\n')
        rude.close()
        server.wait_for('the closed ones', lambda: len(
            target.get('/connz?state=closed').json['connections']) == 2)
        sub = target.client(name='sub-1')
        sub.command('SUB orders.> 1\r\nSUB work q 2\r\n')
        pub = target.client(name='<p&b>')
        for _ in range(14):
            pub.send('PUB orders.eu 5\r\nhello\r\n')
        pub.send('HPUB work 12 14\r\nNATS/1.0\r\n\r\nhi\r\n')
        pub.command('')
        sub.command('')
        # From here on nothing changes, so that even a page of older numbers shows these.
        server.wait_for('the numbers', lambda: target.get('/varz').json['out_msgs'] == 16)
        server.wait_for('the clients', lambda: [one['in_msgs'] for one in target.get(
            '/connz').json['connections']] == [0, 15])
        return sub, pub

    def get(self, *arguments, **named):
        return [each.get(*arguments, **named) for each in self.servers]

    def end(self):
        for each in self.servers:
            each.kill()


PAIR = None


def same(what, theirs, ours):
    if theirs != ours:
        raise server.Failure(f'{what}\n      nats-server: {theirs}\n      wirebird:    {ours}')


def path_of(target):
    return target.split('?')[0]


def test_pages_have_the_same_shape():
    for target in PAGES:
        theirs, ours = PAIR.get(target)
        same(target + ' status', theirs.status, ours.status)
        same(target + ' type', theirs.kind, ours.kind)
        # Which subscription is the one that is shown is chance.
        chance = {'qgroup'} if 'subs=1' in target and 'limit=1' in target else set()
        left_out = OURS_ALONE.get(path_of(target), set()) | chance
        same(target, shape(theirs.json, chance), shape(ours.json, left_out))


def test_numbers_follow_from_what_clients_did():
    for target in ['/connz', '/connz?state=closed', '/connz?auth=1&sort=msgs_from']:
        theirs, ours = (answer.json for answer in PAIR.get(target))
        for key in ('num_connections', 'total', 'offset', 'limit'):
            same(f'{target} {key}', theirs[key], ours[key])
        for one, other in zip(theirs['connections'], ours['connections']):
            for key in NUMBERS['connz']:
                if (key, target) != ('pending_bytes', '/connz?state=closed'):
                    same(f'{target} {key}', one.get(key), other.get(key))
            for key in ('uptime', 'idle'):
                assert SECONDS.fullmatch(one[key]) and SECONDS.fullmatch(other[key]), (one, other)
    theirs, ours = (answer.json for answer in PAIR.get('/varz'))
    for key in NUMBERS['varz']:
        same('/varz ' + key, theirs[key], ours[key])
    theirs, ours = (answer.json['account_statz'] for answer in PAIR.get('/accstatz'))
    same('/accstatz', theirs, ours)


def test_requests_are_counted():
    before = [answer.json['http_req_stats'] for answer in PAIR.get('/varz')]
    for target in ('/connz', '/connz?limit=1', '/subsz', '/routez', '/varz', '/nothing', '/'):
        PAIR.get(target)
    after = [answer.json['http_req_stats'] for answer in PAIR.get('/varz')]
    theirs, ours = ({path: count - one.get(path, 0) for path, count in other.items()}
                    for one, other in zip(before, after))
    same('http_req_stats', theirs, ours)


def test_subscriptions_are_listed():
    for target in ['/connz?subs=detail', '/connz?subs=1']:
        theirs, ours = ([one.get('subscriptions_list_detail', one.get('subscriptions_list'))
                         for one in answer.json['connections']] for answer in PAIR.get(target))
        for one, other in zip(theirs, ours):
            same(target, sorted(map(str, one or [])), sorted(map(str, other or [])))
    theirs, ours = ([one for one in answer.json['subscriptions_list']
                     if not one['subject'].startswith('$SYS')]
                    for answer in PAIR.get('/subsz?subs=1'))
    same('/subsz?subs=1', sorted(map(str, theirs)), sorted(map(str, ours)))


def test_sorted_alike():
    for sort, member in SORTS.items():
        # Of a closed one, how long it lasted and what it had not read yet is a matter of luck.
        for state in ('open',) if sort in ('uptime', 'pending') else ('open', 'closed'):
            target = f'/connz?sort={sort}&state={state}'
            theirs, ours = ([one[member] for one in answer.json['connections']]
                            for answer in PAIR.get(target))
            same(target, theirs, ours)


def test_errors_are_the_same_to_the_byte():
    for target in ERRORS:
        theirs, ours = PAIR.get(target)
        same(target + ' status', theirs.status, ours.status)
        same(target + ' type', theirs.kind, ours.kind)
        if theirs.status != 200:
            same(target, theirs.body, ours.body)
            same(target + ' sniffing', theirs.headers.get('x-content-type-options'),
                 ours.headers.get('x-content-type-options'))


def test_layout_is_the_same():
    """Indentation, escapes and the end of the text, on pages that hold nothing of the moment."""
    for target in ['/healthz', '/ipqueuesz']:
        theirs, ours = PAIR.get(target)
        same(target, theirs.body, ours.body)
    theirs, ours = (answer.body.splitlines() for answer in PAIR.get('/connz?acc=nope&limit=3'))
    same('/connz?acc=nope', [line for line in theirs if '"now"' not in line],
         [line for line in ours if '"now"' not in line])
    theirs, ours = PAIR.get('/connz?sort=msgs_from&limit=1')
    for line in ('"name": "\\u003cp\\u0026b\\u003e",', '      "lang": "py",'):
        assert line in theirs.body and line in ours.body, line


def test_any_method_and_head():
    for method in ('POST', 'DELETE', 'OPTIONS', 'PUT'):
        theirs, ours = PAIR.get('/healthz', method=method)
        same(method, (theirs.status, theirs.body), (ours.status, ours.body))
    theirs, ours = PAIR.get('/healthz', method='HEAD')
    same('HEAD', (theirs.status, theirs.body, theirs.headers['content-length']),
         (ours.status, ours.body, ours.headers['content-length']))


def test_scripts_get_a_call():
    theirs, ours = PAIR.get('/healthz?callback=got.it')
    same('callback', (theirs.kind, theirs.body), (ours.kind, ours.body))
    ours = PAIR.servers[1].get('/varz?callback=alert(1)//')
    same('no identifier', 400, ours.status)  # stricter than nats-server


def test_unclean_paths_are_redirected():
    for target in ('//varz', '/./varz', '/connz/../varz'):
        theirs, ours = PAIR.get(target)
        same(target, (theirs.status, theirs.headers.get('location'), theirs.body),
             (ours.status, ours.headers.get('location'), ours.body))


def test_heads_of_requests_are_judged_alike():
    """Status lines only: nats-server's own words are in them, and it leaves out Content-Length."""
    end = b'\r\nConnection: close\r\n\r\n'
    for head in (b'GET /healthz HTTP/1.1', b'GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b',
                 b'GET /healthz HTTP/1.1\r\nHost: a b', b'GET /healthz HTTP/1.0',
                 b'GET /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: foo',
                 b'GET http://a/healthz HTTP/1.1\r\nHost: a',
                 b'GET healthz HTTP/1.1\r\nHost: a', b'GET /%68ealthz HTTP/1.1\r\nHost: a',
                 b'GET /%zz HTTP/1.1\r\nHost: a'):
        theirs, ours = (answered(each, head + end) for each in PAIR.servers)
        same(head, theirs.split(b'\r\n')[0].split(b' ')[1], ours.split(b'\r\n')[0].split(b' ')[1])
        same(head, theirs.rpartition(b'\r\n\r\n')[2], ours.rpartition(b'\r\n\r\n')[2])


def answered(target, text):
    """All that comes until the server closes."""
    with socket.create_connection(('127.0.0.1', target.http_port), server.PATIENCE) as client:
        client.sendall(text)
        received = b''
        while piece := client.recv(4096):
            received += piece
        return received


def test_framing():
    theirs, ours = PAIR.get('/varz')
    same('names', [name for name in theirs.headers if name != 'content-length'],
         [name for name in ours.headers if name != 'content-length'])


def test_an_account_has_its_details():
    theirs, ours = (answer.json for answer in PAIR.get('/accountz'))
    same('accounts', sorted(theirs['accounts']), sorted(ours['accounts']))
    same('/accountz', shape(theirs), shape(ours))
    theirs, ours = (answer.json for answer in PAIR.get('/accountz?acc=$G'))
    # nats-server imports its own services into every account; we have none of them yet.
    del theirs['account_detail']['imports']
    same('/accountz?acc=$G', shape(theirs), shape(ours))


def test_what_the_match_cache_holds():
    """Subjects published often enough that both keep them: wirebird does from the second time on.
    nats-server uses $SYS itself, so $G tells of clients alone, but for three imports."""
    seen = []
    for each in ('WIREBIRD_ORACLE', 'WIREBIRD_BINARY'):
        target = server.Server(os.environ[each])
        try:
            one, two, writer = (target.client() for _ in range(3))
            one.command('SUB x.* 1\r\nSUB x.a group 2\r\nSUB y 3\r\n')
            two.command('SUB x.a group 1\r\nSUB x.a 2\r\nSUB > other 3\r\n')
            writer.command('PUB x.a 2\r\nhi\r\n' * 5 + 'PUB y 2\r\nhi\r\n' * 5 +
                           'PUB nobody 2\r\nhi\r\n' * 5)
            # A page may show older numbers when the worker does not get to run for a while.
            server.wait_for('the cache', lambda: sublist(target)['num_cache'] == 3)
            pages = [sublist(target)]
            two.command('UNSUB 2\r\nUNSUB 3\r\n')
            writer.command('PUB x.a 2\r\nhi\r\n' * 5 + 'PUB y 2\r\nhi\r\n' * 5 +
                           'PUB nobody 2\r\nhi\r\n' * 5)
            server.wait_for('another cache', lambda: sublist(target)['max_fanout'] < 4)
            pages.append(sublist(target))
            seen.append([{key: page[key] for key in (
                'num_cache', 'num_removes', 'max_fanout', 'avg_fanout')} for page in pages])
            total = target.get('/subsz').json
            assert total['num_cache'] >= 3 and total['max_fanout'] == 2, total
            # nats-server's clients have caches of their own, so there it is 0.
            assert each == 'WIREBIRD_ORACLE' or 0.3 < total['cache_hit_rate'] < 1, total
        finally:
            target.kill()
    same('sublist_stats', *seen)


def sublist(target):
    return target.get('/accountz?acc=$G').json['account_detail']['sublist_stats']


def test_root_page_links_every_page():
    body = PAIR.servers[1].get('/').body
    for page in ('varz', 'connz', 'routez', 'subsz', 'healthz', 'jsz', 'leafz', 'gatewayz',
                 'accountz', 'accstatz', 'metrics'):
        assert f'"./{page}"' in body, page


def main():
    global PAIR
    if not os.access(os.environ.get('WIREBIRD_ORACLE', ''), os.X_OK):
        print('important: no nats-server to compare with')
        return 77
    server.enter_own_network()
    PAIR = Pair()
    try:
        return server.run(globals(), sys.argv[1:])
    finally:
        PAIR.end()


if __name__ == '__main__':
    sys.exit(main())
