"""A server under test with its monitoring port, and the little of NATS and HTTP that tests need.

Every wait has a deadline. Servers listen on 127.0.0.1 only and are ended by their process."""

import http.client
import json
import os
import random
import re
import select
import signal
import socket
import subprocess
import sys
import time

PATIENCE = 30.0


class Failure(Exception):
    """What a test reports."""


def enter_own_network():
    """Starts this program again where its ports meet nobody else's, if it has the rights."""
    mark = 'WIREBIRD_TEST_NETWORK'
    if os.environ.get(mark) == 'own':
        subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)
    elif os.geteuid() == 0:
        sys.stdout.flush()
        os.environ[mark] = 'own'
        os.execvp('unshare', ['unshare', '-n', sys.executable, *sys.argv])


def free_port():
    """Below those that kernels give to clients: other tests run at the same time."""
    while True:
        port = random.randrange(15000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(('127.0.0.1', port))
            except OSError:
                continue
        return port


def wait_for(what, condition, patience=PATIENCE):
    """Asks until condition() returns something true, and returns that."""
    end = time.monotonic() + patience
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise Failure('waited in vain for ' + what)
        select.select([], [], [], 0.01)


class Client:
    """A NATS client that writes what it is told."""

    def __init__(self, port, **options):
        self.socket = socket.create_connection(('127.0.0.1', port), PATIENCE)
        self.received = b''
        self.read_through(b'\r\n')
        connect = {'verbose': False, 'pedantic': False, 'lang': 'py', 'version': '1.2.3',
                   'protocol': 1, 'headers': True, 'no_responders': True} | options
        self.command('CONNECT ' + json.dumps(connect) + '\r\n')

    def send(self, text):
        self.socket.sendall(text.encode())

    def command(self, text):
        """Sends, and waits until the server has dealt with it."""
        self.send(text + 'PING\r\n')
        return self.read_through(b'PONG\r\n')

    def read_through(self, end):
        limit = time.monotonic() + PATIENCE
        while end not in self.received:
            self.socket.settimeout(max(limit - time.monotonic(), 0.01))
            piece = self.socket.recv(65536)
            if not piece:
                raise Failure(f'closed while waiting for {end!r}: {self.received!r}')
            self.received += piece
            if b'PING\r\n' in self.received:
                self.received = self.received.replace(b'PING\r\n', b'')
                self.socket.sendall(b'PONG\r\n')
        taken, self.received = self.received.split(end, 1)
        return taken + end

    def close(self):
        self.socket.close()


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path):
        super().__init__('localhost', timeout=PATIENCE)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(self.path)


def ask(connection, method, target):
    """Status and text of one answer on a connection of its own."""
    try:
        connection.request(method, target)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def kind(self):
        return self.headers.get('content-type')

    @property
    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            raise Failure(f'no JSON: {self.status} {self.headers} {self.body[:300]!r}') from None


class Server:
    """wirebird or nats-server on free ports of the loopback."""

    started = []  # by the test that runs

    def __init__(self, binary, *more):
        self.started.append(self)
        self.port, self.http_port = free_port(), free_port()
        self.log = ''
        self.child = subprocess.Popen(
            [binary, '-a', '127.0.0.1', '-p', str(self.port), '-m', str(self.http_port), *more],
            stderr=subprocess.PIPE)
        os.set_blocking(self.child.stderr.fileno(), False)
        try:
            wait_for('the server to be ready', self.is_ready)
            wait_for('the first page', lambda: self.get('/healthz').status == 200)
        except Exception:
            self.kill()
            raise

    def read_log(self):
        self.log += (self.child.stderr.read() or b'').decode(errors='replace')
        return self.log

    def is_ready(self):
        if self.child.poll() is not None:
            raise Failure('the server has ended:\n' + self.read_log())
        return 'Server is ready' in self.read_log()

    def client(self, **options):
        return Client(self.port, **options)

    def get(self, target, method='GET', headers=None):
        connection = http.client.HTTPConnection('127.0.0.1', self.http_port, timeout=PATIENCE)
        try:
            connection.request(method, target, headers=headers or {})
            response = connection.getresponse()
            lower = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, lower, response.read().decode())
        finally:
            connection.close()

    def children(self):
        """Process ids of the children, which are all wirebird-control's."""
        path = f'/proc/{self.child.pid}/task/{self.child.pid}/children'
        with open(path, encoding='ascii') as file:
            return [int(word) for word in file.read().split()]

    def stop(self):
        """Ends it by SIGINT. Returns the exit code."""
        self.child.send_signal(signal.SIGINT)
        code = self.child.wait(PATIENCE)
        self.read_log()
        return code

    def kill(self):
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()
            self.read_log()


def run(tests, arguments):
    """Runs the functions named test_*, all or those named; returns the exit code."""
    enter_own_network()
    failed = 0
    for name, test in list(tests.items()):
        if not name.startswith('test_') or arguments and name not in arguments:
            continue
        Server.started.clear()
        try:
            test()
            print('ok    ', name)
        except (Failure, AssertionError, OSError, http.client.HTTPException) as wrong:
            failed += 1
            print('FAILED', name, '\n   ', wrong)
            for line in '\n'.join(each.log for each in Server.started).splitlines():
                if not re.search(r'\[(INF|DBG)\]', line):
                    print('       logged:', line)
    return 1 if failed else 0
