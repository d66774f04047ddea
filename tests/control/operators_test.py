#!/usr/bin/env python3
"""Doors of wirebird-control besides the monitoring port, who gets in by which, and what operators
may order."""

import http.client
import os
import pathlib
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import server  # noqa: E402  (lies beside this script)

BINARY = os.environ['WIREBIRD_BINARY']
CONTROL = os.environ['WIREBIRD_CONTROL']


def at(port, patience=server.PATIENCE):
    return http.client.HTTPConnection('127.0.0.1', port, timeout=patience)


def with_operators(test):
    """A server whose operators have a socket, in a folder of their own."""
    def run():
        with tempfile.TemporaryDirectory() as folder:
            path = folder + '/operators'
            under_test = server.Server(BINARY, '--control_socket', path, '--workers', '2')
            try:
                server.wait_for('the socket', lambda: os.path.exists(path))
                test(under_test, path)
                assert under_test.stop() == 0, under_test.log
                assert not os.path.exists(path), 'left behind'
            finally:
                under_test.kill()
    return run


@with_operators
def test_an_operator_closes_a_connection(under_test, path):
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600, oct(os.stat(path).st_mode)
    victims = [under_test.client(name='victim') for _ in range(2)]
    other = under_test.client(name='other')
    rows = under_test.get('/connz').json['connections']
    for victim in victims:
        port = victim.socket.getsockname()[1]
        cid = next(one['cid'] for one in rows if one['port'] == port)
        status, body = server.ask(server.UnixConnection(path), 'POST', f'/connz/close?cid={cid}')
        assert status in (200, 202) and f'"cid": {cid}' in body, (status, body)
        victim.socket.settimeout(server.PATIENCE)
        server.wait_for('its end', lambda: victim.socket.recv(100) == b'')  # a PING may come first
        reasons = server.wait_for('it among the closed ones', lambda: [
            one['reason'] for one in under_test.get('/connz?state=closed').json['connections']
            if one['cid'] == cid])
        assert reasons == ['Kicked'], reasons
        status, body = server.ask(server.UnixConnection(path), 'POST', f'/connz/close?cid={cid}')
        assert status == 404, (status, body)
    assert other.command('') == b'PONG\r\n', 'others stay'


def events(under_test, since=0):
    return under_test.get(f'/eventz?since={since}').json['events']


@with_operators
def test_an_operator_sees_what_happens(under_test, path):
    one = under_test.client(name='one')
    port = one.socket.getsockname()[1]
    seen = server.wait_for('somebody to have come', lambda: [
        event for event in events(under_test) if event.get('port') == port])
    assert seen[0]['type'] == 'connection_opened' and seen[0]['ip'] == '127.0.0.1', seen
    cid, last = seen[0]['cid'], seen[0]['number']
    assert events(under_test, last) == [], 'nothing is new'
    server.ask(server.UnixConnection(path), 'POST', f'/connz/close?cid={cid}')
    seen = server.wait_for('its end', lambda: events(under_test, last))
    assert [(one['type'], one['cid'], one['reason']) for one in seen] == [
        ('connection_closed', cid, 'Kicked')], seen
    assert [len(under_test.get(f'/eventz?limit={limit}').json['events']) for limit in (1, 2)] == [
        1, 2]
    control = under_test.children()[0]
    os.kill(control, signal.SIGKILL)

    def after():
        answer = under_test.get('/eventz')
        return answer.status == 200 and answer.json['events']

    seen = server.wait_for('the next control', after)
    assert [one['type'] for one in seen] == ['resync'], 'it knows that it has missed something'
    another = under_test.client(name='another')
    seen = server.wait_for('somebody else', lambda: events(under_test, seen[-1]['number']))
    assert [one['type'] for one in seen] == ['connection_opened'], seen
    another.close()


def test_an_operator_reloads():
    with tempfile.TemporaryDirectory() as folder:
        path, file = folder + '/operators', pathlib.Path(folder, 'conf')
        file.write_text('max_payload: 1000\n', encoding='ascii')
        under_test = server.Server(BINARY, '--control_socket', path, '-c', str(file))
        try:
            server.wait_for('the socket', lambda: os.path.exists(path))

            def reload():
                return server.ask(server.UnixConnection(path), 'POST', '/reload')

            file.write_text('max_payload: 2000\n', encoding='ascii')
            status, body = reload()
            assert (status, body) == (200, '{\n  "state": "reloaded"\n}'), (status, body)
            assert under_test.get('/varz').json['max_payload'] == 2000
            seen = server.wait_for('to hear of it', lambda: [
                one for one in events(under_test) if one['type'] == 'config_applied'])
            assert seen[0]['changes'] == 'Reloaded: max_payload = 2000\n', seen
            file.write_text('max_payload: 2000\n' + ''.join(
                f'nonsense_{i}: 1\n' for i in range(600)), encoding='ascii')
            status, body = reload()
            assert status == 409 and body.count('nonsense') == 600, (status, body[:200], len(body))
            assert under_test.get('/varz').json['max_payload'] == 2000
        finally:
            under_test.kill()


@with_operators
def test_an_operator_sends_the_clients_away(under_test, path):
    client = under_test.client(protocol=1)
    client.command('')
    assert under_test.get('/lameduck', method='POST').status == 403
    status, body = server.ask(server.UnixConnection(path), 'POST', '/lameduck')
    assert status == 202 and '"state": "leaving"' in body, (status, body)
    assert b'"ldm":true' in client.read_through(b'\r\n')
    status, body = server.ask(server.UnixConnection(path), 'POST', '/lameduck')
    assert status == 409 and 'already' in body, (status, body)
    client.close()
    assert under_test.child.wait(server.PATIENCE) == 0


def test_a_server_without_clients_answers_before_it_ends():
    with tempfile.TemporaryDirectory() as folder:
        path = folder + '/operators'
        under_test = server.Server(BINARY, '-D', '--control_socket', path)
        try:
            server.wait_for('the socket', lambda: os.path.exists(path))
            status, body = server.ask(server.UnixConnection(path), 'POST', '/lameduck')
            assert status == 202, (status, body)
            assert under_test.child.wait(server.PATIENCE) == 0
            log = under_test.read_log()
            assert 'Leftovers: frames=0 chunks=0 timers=0 sessions=0' in log, log
        finally:
            under_test.kill()


@with_operators
def test_commands_are_for_operators_and_posted(under_test, path):
    client = under_test.client()
    cid = under_test.get('/connz').json['connections'][0]['cid']
    target = f'/connz/close?cid={cid}'
    assert under_test.get(target).status == 403
    assert under_test.get(target, method='POST').status == 403
    assert server.ask(server.UnixConnection(path), 'GET', target)[0] == 405
    assert server.ask(server.UnixConnection(path), 'POST', '/connz/close')[0] == 400
    assert server.ask(server.UnixConnection(path), 'POST', '/connz/close?cid=x')[0] == 400
    assert server.ask(server.UnixConnection(path), 'POST', '/connz/close?cid=0')[0] == 400
    assert server.ask(server.UnixConnection(path), 'GET', '/healthz') == (200, '{"status":"ok"}')
    assert client.command('') == b'PONG\r\n'


@with_operators
def test_the_operators_socket_outlives_control(under_test, path):
    os.kill(under_test.children()[0], signal.SIGKILL)

    def answers():
        try:
            return server.ask(server.UnixConnection(path), 'GET', '/healthz')[0] == 200
        except OSError:
            return False

    server.wait_for('the socket to answer again', answers)


def test_pages_only_for_those_who_may():
    port = server.free_port()
    more = ['--control_listen', f'127.0.0.1:{port}', '--monitor_allow', '127.0.0.0/8']
    under_test = server.Server(BINARY, *more)
    try:
        assert server.ask(at(port), 'GET', '/healthz')[0] == 200
        assert server.ask(at(port), 'POST', '/connz/close?cid=5')[0] == 403
    finally:
        under_test.kill()
    with tempfile.TemporaryDirectory() as folder:
        path = folder + '/operators'
        port, http_port, own_port = (server.free_port() for _ in range(3))
        child = subprocess.Popen(
            [BINARY, '-a', '127.0.0.1', '-p', str(port), '-m', str(http_port), '--monitor_allow',
             '192.0.2.0/24,2001:db8::/32', '--control_socket', path, '--control_listen',
             f'127.0.0.1:{own_port}'], stderr=subprocess.DEVNULL)
        try:
            server.wait_for('the socket', lambda: os.path.exists(path))
            for outside in (http_port, own_port):
                seen = server.ask(at(outside), 'GET', '/varz')
                assert seen == (403, '403 Forbidden'), seen
            seen = server.ask(server.UnixConnection(path), 'GET', '/varz')
            assert seen[0] == 200, 'operators always may'
        finally:
            child.kill()
            child.wait()


def test_control_may_be_somebody_elses_child():
    with tempfile.TemporaryDirectory() as folder:
        link = folder + '/link'
        port, http_port = server.free_port(), server.free_port()
        broker = subprocess.Popen(
            [BINARY, '-a', '127.0.0.1', '-p', str(port), '-m', str(http_port), '--control',
             'external', '--control_link', link], stderr=subprocess.PIPE)
        controls = []

        def status():
            try:  # what came just before the end waits for the next control: ask again
                return server.ask(at(http_port, 1), 'GET', '/varz')[0]
            except OSError:
                return None

        try:
            server.wait_for('503 without a control', lambda: status() == 503)
            assert stat.S_IMODE(os.stat(link).st_mode) == 0o600
            for _ in range(3):
                controls.append(subprocess.Popen([CONTROL, '--connect=' + link]))
                server.wait_for('pages', lambda: status() == 200)
                controls[-1].kill()
                controls[-1].wait()
                server.wait_for('503 after its end', lambda: status() == 503)
            controls.append(subprocess.Popen([CONTROL, '--connect=' + link]))
            server.wait_for('pages', lambda: status() == 200)
            broker.send_signal(signal.SIGINT)
            assert broker.wait(server.PATIENCE) == 0
            assert controls[-1].wait(server.PATIENCE) == 0, 'control ends with the link'
            assert not os.path.exists(link), 'left behind'
        finally:
            for each in [broker, *controls]:
                each.kill()
                each.wait()


def test_contradictions_are_refused():
    for more in (['--control', 'external'], ['--control_link', '/tmp/x'], ['--control', 'maybe'],
                 ['--control_listen', 'localhost:1'], ['--control_listen', '127.0.0.1'],
                 ['--monitor_allow', '10.0.0.0/33'], ['--monitor_allow', 'all']):
        seen = subprocess.run([BINARY, '-t', '-m', '8222', *more], capture_output=True, text=True,
                              timeout=server.PATIENCE, check=False)
        assert seen.returncode == 1 and (seen.stderr + seen.stdout).strip(), (more, seen)


def test_a_load_balancer_takes_a_stopped_node_out():
    if not shutil.which('haproxy') and not os.path.exists('/usr/sbin/haproxy'):
        print('       skipped, important: no haproxy here')
        return
    nodes = [server.Server(BINARY) for _ in range(2)]
    front = server.free_port()
    with tempfile.TemporaryDirectory() as folder:
        checks = '\n'.join(
            f'  server node{i} 127.0.0.1:{node.port} check port {node.http_port}'
            for i, node in enumerate(nodes))
        pathlib.Path(folder, 'haproxy.cfg').write_text(f'''
global
  stats socket {folder}/stats
defaults
  mode tcp
  timeout connect 2s
  timeout client 60s
  timeout server 60s
frontend nats
  bind 127.0.0.1:{front}
  default_backend nodes
backend nodes
  balance roundrobin
  option httpchk GET /varz
  http-check expect status 200
  default-server inter 200ms fall 2 rise 2 on-marked-down shutdown-sessions
{checks}
''', encoding='ascii')
        balancer = subprocess.Popen([shutil.which('haproxy') or '/usr/sbin/haproxy', '-db', '-f',
                                     folder + '/haproxy.cfg'], stderr=subprocess.DEVNULL,
                                    stdout=subprocess.DEVNULL)

        def states():
            try:
                with socket.socket(socket.AF_UNIX) as stats:
                    stats.connect(folder + '/stats')
                    stats.sendall(b'show stat\n')
                    text = b''
                    while piece := stats.recv(65536):
                        text += piece
            except OSError:
                return None
            rows = [line.split(',') for line in text.decode().splitlines()]
            return [row[17] for row in rows if len(row) > 17 and row[1].startswith('node')]

        try:
            server.wait_for('both nodes to be up', lambda: states() == ['UP', 'UP'])
            through = [server.Client(front) for _ in range(4)]
            for each in through:
                assert each.command('SUB a 1\r\nPUB a 1\r\nx\r\n') == (
                    b'MSG a 1 1\r\nx\r\nPONG\r\n')
            os.kill(nodes[0].child.pid, signal.SIGSTOP)
            server.wait_for('the stopped one to be out',
                            lambda: (states() or [''])[0].startswith('DOWN'))
            for _ in range(4):
                assert server.Client(front).command('') == b'PONG\r\n', 'the other one serves'
            os.kill(nodes[0].child.pid, signal.SIGCONT)
            server.wait_for('it to be back', lambda: states() == ['UP', 'UP'])
        finally:
            balancer.kill()
            balancer.wait()
            for each in nodes:
                os.kill(each.child.pid, signal.SIGCONT)
                each.kill()


if __name__ == '__main__':
    sys.exit(server.run(globals(), sys.argv[1:]))
