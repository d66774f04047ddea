#!/usr/bin/env python3
"""wirebird-control killed, stopped and flooded: clients notice nothing, and pages come back."""

import os
import pathlib
import re
import signal
import socket
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import server  # noqa: E402  (lies beside this script)

KILLS = 20
# Far more than it takes; what it takes is printed. Other tests may keep the machine busy.
PAGES_BACK_S = 20


def start(*more):
    return server.Server(os.environ['WIREBIRD_BINARY'], *more)


def with_server(test):
    def run():
        under_test = start()
        try:
            test(under_test)
            code = under_test.stop()
            assert code == 0, f'exit code {code}\n{under_test.log}'
        finally:
            under_test.kill()
    return run


class Stream:
    """One client that publishes to itself and counts, while the rest of a test goes on."""

    def __init__(self, under_test):
        self.client = under_test.client(name='flow')
        self.client.command('SUB flow 1\r\n')
        self.sent = 0
        self.wrong = None
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.publish)
        self.thread.start()

    def publish(self):
        try:
            while not self.ending.wait(0.001):
                text = f'{self.sent:08d}'
                came = self.client.command(f'PUB flow 8\r\n{text}\r\n').decode()
                self.sent += 1
                if came != f'MSG flow 1 8\r\n{text}\r\nPONG\r\n':
                    raise server.Failure(f'message {text}: {came!r}')
        except (server.Failure, OSError) as wrong:
            self.wrong = wrong

    def end(self):
        """Returns how many were sent; each of them came, once and in order."""
        self.ending.set()
        self.thread.join()
        if self.wrong:
            raise server.Failure(str(self.wrong))
        return self.sent


@with_server
def test_killed_control_costs_nothing(under_test):
    stream = Stream(under_test)
    received_before, requests_before, slowest = 0, 0, 0
    for _ in range(KILLS):
        children = server.wait_for('control', under_test.children)
        os.kill(children[0], signal.SIGKILL)
        began = time.monotonic()

        def page():
            answer = under_test.get('/varz')
            return answer if answer.status == 200 else None

        varz = server.wait_for('pages to be back', page, PAGES_BACK_S).json
        passed = time.monotonic() - began
        slowest = max(slowest, passed)
        assert varz['in_msgs'] >= received_before and varz['connections'] == 1, varz
        assert varz['http_req_stats']['/varz'] > requests_before, varz['http_req_stats']
        received_before, requests_before = varz['in_msgs'], varz['http_req_stats']['/varz']
    print('      slowest return:', round(slowest * 1000), 'ms')
    sent = stream.end()

    def numbers():
        varz = under_test.get('/varz').json
        return [varz[key] for key in ('in_msgs', 'out_msgs', 'total_connections')]

    # A page may show older numbers when the worker does not get to run for a while.
    server.wait_for(f'{sent} messages', lambda: numbers() == [sent, sent, 1])


@with_server
def test_closed_connections_outlive_control(under_test):
    gone = under_test.client(name='gone')
    gone.close()

    def closed():
        answer = under_test.get('/connz?state=closed')
        return answer.status == 200 and answer.json['connections']

    before = server.wait_for('the closed one', closed)
    os.kill(under_test.children()[0], signal.SIGKILL)
    after = server.wait_for('it again', closed)
    for key in ('cid', 'name', 'reason', 'ip', 'port', 'in_msgs'):
        assert before[0][key] == after[0][key], key


@with_server
def test_control_down_is_a_short_503(under_test):
    """Stopped at once after each start, control never gets to serve anything for a while."""
    first = under_test.children()[0]
    os.kill(first, signal.SIGKILL)
    answers = set()

    def recovered():
        answer = under_test.get('/healthz')
        answers.add((answer.status, answer.body))
        return answer.status == 200

    server.wait_for('pages to be back', recovered)
    assert answers <= {(503, 'monitoring is unavailable\r\n'), (200, '{"status":"ok"}')}, answers


@with_server
def test_stopped_control_is_replaced(under_test):
    first = under_test.children()[0]
    os.kill(first, signal.SIGSTOP)
    began = time.monotonic()
    server.wait_for('another control', lambda: under_test.children() not in ([], [first]),
                    PAGES_BACK_S)
    print('      replaced after', round(time.monotonic() - began, 1), 's')
    server.wait_for('pages', lambda: under_test.get('/healthz').status == 200)


@with_server
def test_a_control_that_hangs_delays_the_end_for_a_while_only(under_test):
    os.kill(under_test.children()[0], signal.SIGSTOP)
    # The rest is with_server's: wirebird ends in time, and with exit code 0.


def test_control_ends_with_wirebird():
    under_test = start()
    try:
        control = under_test.children()[0]
        under_test.kill()
        server.wait_for('control to end', lambda: has_ended(control), 10)
    finally:
        under_test.kill()


def has_ended(pid):
    try:
        with open(f'/proc/{pid}/stat', encoding='ascii') as file:
            return file.read().rsplit(')', 1)[1].split()[0] == 'Z'
    except FileNotFoundError:
        return True


@with_server
def test_idle_connections_do_not_keep_a_probe_out(under_test):
    idle = []
    for _ in range(700):
        idle.append(socket.create_connection(('127.0.0.1', under_test.http_port), 10))
        idle[-1].sendall(b'GET /varz HTTP/1.1\r\nHost: x\r\nX-Slow: ')
    slowest = 0
    for _ in range(20):
        began = time.monotonic()
        assert under_test.get('/healthz').status == 200
        slowest = max(slowest, time.monotonic() - began)
    print('      slowest probe:', round(slowest * 1000), 'ms')
    for each in idle:
        each.close()


@with_server
def test_hostile_requests(under_test):
    def raw(request):
        with socket.create_connection(('127.0.0.1', under_test.http_port), 10) as client:
            client.sendall(request)
            answer = b''
            while piece := client.recv(65536):
                answer += piece
            return answer

    assert b' 200 ' in raw(b'GET /healthz HTTP/1.0\r\n\r\n')
    assert b' 400 ' in raw(b'\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n')
    long_target = b'/connz?x=' + b'y' * 65000
    assert b' 200 ' in raw(b'GET ' + long_target + b' HTTP/1.0\r\n\r\n')
    assert b' 431 ' in raw(b'GET /varz HTTP/1.0\r\nX: ' + b'y' * 200_000 + b'\r\n\r\n')
    largest = 2 ** 63 - 1
    answer = under_test.get(f'/connz?offset={largest}&limit={largest}').json
    assert answer['connections'] == [] and answer['offset'] == largest, answer
    # A client that has said everything and ended its side still gets the answer.
    with socket.create_connection(('127.0.0.1', under_test.http_port), 10) as client:
        client.sendall(b'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')
        client.shutdown(socket.SHUT_WR)
        answer = b''
        while piece := client.recv(65536):
            answer += piece
    assert b'{"status":"ok"}' in answer, answer


@with_server
def test_metrics_are_prometheus_text(under_test):
    client = under_test.client()
    client.command('PUB x 3\r\nabc\r\n')
    counted = ('wirebird_broker_in_bytes_total{worker="0"} 3',
               'wirebird_connections{worker="0"} 1')
    server.wait_for('what the client did', lambda: all(
        each in under_test.get('/metrics').body for each in counted))
    answer = under_test.get('/metrics')
    assert answer.kind.startswith('text/plain; version=0.0.4'), answer.kind
    sample = re.compile(r'^[a-z_0-9]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.e+-]+$')
    for line in answer.body.splitlines():
        assert line.startswith('# TYPE ') or sample.match(line), line


@with_server
def test_keep_alive_serves_many_on_one_connection(under_test):
    with socket.create_connection(('127.0.0.1', under_test.http_port), 10) as client:
        client.sendall(b'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n' * 50)
        answer = b''
        while answer.count(b'{"status":"ok"}') < 50:
            piece = client.recv(65536)
            assert piece, answer
            answer += piece


if __name__ == '__main__':
    sys.exit(server.run(globals(), sys.argv[1:]))
