#!/usr/bin/env python3
"""Control and wirebird of different releases: each real process beside a fake of the other one,
older (knows version 1 and nothing since) and newer (says and has more than this build knows)."""

import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import fake_planes as fake  # noqa: E402  (lies beside this script)
import server  # noqa: E402

WORKERS = 2
PAGES = ['/', '/varz', '/connz', '/connz?subs=1', '/connz?state=closed', '/connz?auth=1', '/routez',
         '/subsz', '/subsz?subs=1', '/accountz', '/accountz?acc=$G', '/accstatz', '/healthz',
         '/gatewayz', '/leafz', '/jsz', '/ipqueuesz', '/metrics', '/workerz', '/workerz?buckets=1',
         '/eventz']


@contextlib.contextmanager
def real_control(memory, **greeting):
    """wirebird-control on the link of a fake wirebird, which has said hello."""
    with tempfile.TemporaryDirectory() as folder:
        wirebird = fake.Wirebird(memory, folder + '/link')
        child = subprocess.Popen([os.environ['WIREBIRD_CONTROL'], '--connect=' + folder + '/link'],
                                 stderr=subprocess.PIPE)
        try:
            wirebird.accept(**greeting)
            yield wirebird, child
        finally:
            wirebird.end()
            child.kill()
            child.wait()
            child.stderr.close()


@contextlib.contextmanager
def real_wirebird(greeting):
    """A broker, its client, and a fake control on its link."""
    with tempfile.TemporaryDirectory() as folder:
        port, http_port = server.free_port(), server.free_port()
        child = subprocess.Popen(
            [os.environ['WIREBIRD_BINARY'], '-a', '127.0.0.1', '-p', str(port), '-m',
             str(http_port), '--workers', str(WORKERS), '--control', 'external', '--control_link',
             folder + '/link'], stderr=subprocess.DEVNULL)
        control = None
        try:
            def connect():
                try:
                    return fake.Control(folder + '/link', greeting)
                except (FileNotFoundError, ConnectionError):
                    return None

            control = server.wait_for('the link', connect)
            client = server.Client(port)
            client.command('PUB a 2\r\nhi\r\n' * 3)
            yield control, http_port, client, folder + '/link'
            assert client.command('') == b'PONG\r\n', 'the client noticed nothing'
        finally:
            if control:
                control.end()
            child.kill()
            child.wait()


def page_through_relay(control, http_port):
    """What the relay brings to control and back. returns: the request as control got it."""
    asked = []
    answering = threading.Thread(target=lambda: asked.append(control.answer_one_page(b'hello')))
    answering.start()
    connection = server.http.client.HTTPConnection('127.0.0.1', http_port, timeout=server.PATIENCE)
    seen = server.ask(connection, 'GET', '/varz')
    answering.join()
    assert seen == (200, 'hello'), seen
    return asked[0]


def rows_of(control):
    """Ids of clients that any worker has listed."""
    _, _, count = control.section(fake.CONNECTIONS)
    return [control.word(fake.CONNECTIONS, worker * (count // WORKERS) + i, 1)
            for worker in range(WORKERS) for i in range(control.word(fake.WORKERS, worker, 2))]


def test_an_older_control_finds_what_it_knows():
    with real_wirebird([fake.message(fake.READY)]) as (control, http_port, _, _):
        assert fake.number_of(control.hello[fake.VERSION]) == 1, control.hello
        control.refresh(5, WORKERS)  # says nothing of what it wants: rows
        server.wait_for('the messages', lambda: control.refresh(
            control.word(fake.WORKERS, 0, 1) + 1, WORKERS) or control.counter(
                'broker.in_msgs', WORKERS) == 3)
        assert len(rows_of(control)) == 1, rows_of(control)
        assert control.settings()['max_payload'] == 1 << 20
        asked = page_through_relay(control, http_port)
        assert asked.startswith(b'PROXY TCP4 127.0.0.1 ') and b'GET /varz' in asked, asked
        control.link.setblocking(False)
        try:  # it did not ask for events, nor would it understand them
            raise server.Failure(f'told {fake.read_message(control.link.recv(65536))}')
        except BlockingIOError:
            pass


def test_a_newer_control_gets_what_there_is():
    more = [(fake.NO_SUCH_FIELD, b'more'), (fake.NO_SUCH_FIELD, b'')]
    greeting = [fake.message(fake.READY, more, flags=0x80),
                fake.message(fake.NO_SUCH_TYPE, more, 11),
                fake.message(fake.KEEP_STATE, [*more, (fake.BLOB, b'of a newer one')]),
                fake.message(fake.NO_SUCH_TYPE + 1, number=12, flags=1)]
    with real_wirebird(greeting) as (control, http_port, _, door):
        for number in (0, 1):
            kind, answered, fields = control.hear()
            assert (kind, answered, fake.number_of(fields[fake.NUMBER])) == (
                fake.UNSUPPORTED, 11 + number, fake.NO_SUCH_TYPE + number), fields
        control.refresh(7, WORKERS, [*more, (fake.WANTED, 0xffff_ffff_ffff_fff8)])
        assert len(rows_of(control)) == 1, rows_of(control)
        page_through_relay(control, http_port)
        control.end()
        older = server.wait_for('its end to be noticed', lambda: next_control(door))
        assert older.hello[fake.BLOB] == b'of a newer one', older.hello
        older.end()


def next_control(door):
    try:
        return fake.Control(door, [fake.message(fake.READY)])
    except ConnectionError:
        return None


def older_memory():
    """Of a wirebird whose rows end before their texts, and that counts two things."""
    memory = fake.Memory({fake.SETTINGS: (1024, 1), fake.NAMES: (256, 1), fake.WORKERS: (64, 1),
                          fake.COUNTERS: (64, 1), fake.CONNECTIONS: (112, 4)})
    memory.put_text(fake.SETTINGS, json.dumps(
        {'server_id': 'OLDER', 'port': 4222, 'pid': os.getpid()}).encode())
    memory.put_text(fake.NAMES, b'broker.in_msgs\nbroker.out_msgs\n')
    memory.put(fake.COUNTERS, 0, 0, 7)
    memory.put_row(0, 5, 11)
    memory.put(fake.WORKERS, 0, 2, 1)
    return memory


def check_pages(wirebird, name):
    """Every page is there, and says what that memory holds."""
    server.wait_for('control to be ready', lambda: any(
        kind == fake.READY for kind, _, _ in wirebird.heard))
    for target in PAGES:
        answer = wirebird.get(target)
        assert answer.status == 200, (target, answer.status, answer.body[:300])
        if target not in ('/', '/metrics'):
            assert isinstance(answer.json, dict), target
    varz = wirebird.get('/varz').json
    assert (varz['server_id'], varz['in_msgs'], varz['connections']) == (name, 7, 1), varz
    rows = wirebird.get('/connz').json['connections']
    assert [(one['cid'], one['in_msgs']) for one in rows] == [(5, 11)], rows


def test_an_older_wirebird_has_pages():
    with real_control(older_memory()) as (wirebird, child):
        check_pages(wirebird, 'OLDER')
        assert wirebird.get('/subsz').json['num_cache'] == 0
        child.terminate()
        told = child.stderr.read()
        assert not told, told  # nor of fewer processors than threads


def test_an_older_wirebird_refuses_what_it_does_not_know():
    """Orders of today: the operator hears that there is no such thing, and does not wait."""
    with tempfile.TemporaryDirectory() as folder:
        memory = older_memory()
        memory.put_text(fake.SETTINGS, json.dumps(
            {'server_id': 'OLDER', 'control_socket': folder + '/operators'}).encode())
        with real_control(memory) as (wirebird, _):
            server.wait_for('the socket', lambda: os.path.exists(folder + '/operators'))
            for order in ('/lameduck', '/reload', '/capture?frames=1'):
                status, body = server.ask(server.UnixConnection(folder + '/operators'), 'POST',
                                          order)
                assert status == 501, (order, status, body)
            assert wirebird.get('/varz').status == 200


def test_a_newer_wirebird_has_pages():
    memory = fake.Memory(
        {fake.NO_SUCH_SECTION: (64, 3), fake.SETTINGS: (128 * 1024, 1), fake.NAMES: (4096, 1),
         fake.WORKERS: (4096, 1), fake.COUNTERS: (4096, 1), fake.CONNECTIONS: (2048, 4), 11: (8, 1),
         12: (4096, 9)}, header_bytes=96, entry_bytes=80)
    memory.put_text(fake.SETTINGS, json.dumps(
        {'later': {'in': [1, {'an': 'object'}]}, 'server_id': 'NEWER', 'port': 4222,
         'much': ['x' * 100] * 700, 'pid': os.getpid(), 'none': None, 'half': 1.5}).encode())
    names = [f'room{i}.counts' for i in range(200)]
    names[150] = 'broker.in_msgs'
    memory.put_text(fake.NAMES, '\n'.join(names).encode() + b'\n')
    memory.put(fake.COUNTERS, 0, 150, 7)
    memory.put_row(2, 5, 11)
    memory.put(fake.WORKERS, 0, 2, 3)
    memory.put(fake.WORKERS, 0, 9, 2)  # clients, plus one
    spare = os.memfd_create('spare')
    more = [(fake.NO_SUCH_FIELD, b'unheard of')]
    with real_control(memory, more=more, descriptors=[spare]) as (wirebird, child):
        os.close(spare)
        wirebird.say(fake.NO_SUCH_TYPE, more, number=9)
        wirebird.say(fake.OPENED, [*more, (fake.NUMBER, 5), (fake.ADDRESS, b'2001:db8::1'),
                                   (fake.PORT, 1 << 40), (fake.TIME, 1)], flags=0x40)
        check_pages(wirebird, 'NEWER')
        assert 'wirebird_room199_counts_total{worker="0"} 0' in wirebird.get('/metrics').body
        answers = [(number, fake.number_of(fields[fake.NUMBER]))
                   for kind, number, fields in wirebird.heard if kind == fake.UNSUPPORTED]
        assert answers == [(9, fake.NO_SUCH_TYPE)], answers
        assert [one['cid'] for one in wirebird.get('/eventz').json['events']] == [5]
        assert child.poll() is None


def test_a_memory_of_another_version_is_not_guessed_at():
    memory = older_memory()
    memory.bytes[8] = 2
    with real_control(memory) as (_, child):
        assert child.wait(server.PATIENCE) == 1
        told = child.stderr.read().decode()
        assert 'version 2, not 1' in told, told


if __name__ == '__main__':
    sys.exit(server.run(globals(), sys.argv[1:]))
