"""Shows that the load tool works against real servers, and that it sees what it is there to see.

Usage: smoke_test.py WIREBIRD_BENCH REFERENCE_BROKER

The faults come from a small server of our own that loses, repeats, swaps or garbles messages.
"""

import json
import shutil
import socket
import subprocess
import sys
import threading
import time
import unittest

BENCH, REFERENCE = sys.argv[1:3]
GREETING = b'INFO {"server_id":"faulty","version":"2.9.10","proto":1,"max_payload":1048576} \r\n'


def bench(port, *arguments):
    """Runs the load tool; returns its exit code and its report (None if it printed none)."""
    done = subprocess.run(
        [BENCH, *arguments, '--server', f'127.0.0.1:{port}', '--json'],
        capture_output=True, text=True, timeout=30)
    return done.returncode, json.loads(done.stdout) if done.stdout else None


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def wait_until_it_listens(port, server):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection(('127.0.0.1', port), 1).close()
            return
        except OSError:
            time.sleep(0.01)
    raise RuntimeError('the server does not listen')


class FaultyServer:
    """One subject, one subscriber; `spoil` turns a published frame into what is delivered.

    spoil(number, frame) -> bytes; number counts published messages from 0.
    """

    def __init__(self, spoil):
        self.spoil = spoil
        self.number = 0
        self.subscriber = None
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        try:
            while True:
                one, _ = self.listener.accept()
                threading.Thread(target=self.serve, args=(one,), daemon=True).start()
        except OSError:
            pass  # closed

    def serve(self, one):
        one.sendall(GREETING)
        with one, one.makefile('rb') as lines:
            try:
                while line := lines.readline():
                    self.take(one, line, lines)
            except OSError:
                pass  # the load tool has gone

    def take(self, one, line, lines):
        words = line.split()
        if words[0] == b'PING':
            one.sendall(b'PONG\r\n')
        elif words[0] == b'SUB':
            self.subscriber = one
        elif words[0] == b'PUB':
            payload = lines.read(int(words[-1]) + 2)
            frame = b'MSG %s 1 %s\r\n%s' % (words[1], words[-1], payload)
            self.subscriber.sendall(self.spoil(self.number, frame))
            self.number += 1

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()


class Server:
    """A server process, ended when the block ends."""

    def __init__(self, command, port):
        self.port = port
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until_it_listens(port, self.process)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)


def reference_broker():
    port = free_port()
    return Server([REFERENCE, '--port', str(port)], port)


class WorksTest(unittest.TestCase):
    def run_all_modes(self, server):
        for arguments, key, count in (
                (('throughput', '--size', '16', '--count', '5k'), 'delivered', 5000),
                (('throughput', '--size', '100KiB', '--count', '40'), 'delivered', 40),
                (('throughput', '--publishers', '3', '--subscribers', '2', '--count', '3k'),
                 'delivered', 6000),
                (('fanout', '--subscribers', '50', '--count', '100'), 'delivered', 5000),
                (('request', '--requesters', '20', '--responders', '3', '--count', '500'),
                 'measured_requests', 500),
                (('request', '--requesters', '3', '--responders', '1', '--count', '20',
                  '--size', '50k'), 'measured_requests', 20),
                (('latency', '--rate', '10k', '--count', '1k', '--publishers', '2'),
                 'measured_messages', 1000)):
            with self.subTest(' '.join(arguments)):
                code, report = bench(server.port, *arguments, '--server-pid',
                                     str(server.process.pid))
                self.assertEqual((code, report['faults']), (0, []))
                self.assertEqual(report[key], count)
                self.assertGreaterEqual(report['server_cpu_percent'], 0)

    def test_every_mode_with_the_reference_broker(self):
        with reference_broker() as server:
            self.run_all_modes(server)

    @unittest.skipUnless(shutil.which('nats-server'), 'nats-server is not installed')
    def test_every_mode_with_nats_server(self):
        port = free_port()
        with Server(['nats-server', '-a', '127.0.0.1', '-p', str(port)], port) as server:
            self.run_all_modes(server)

    def test_measures_by_time(self):
        with reference_broker() as server:
            code, report = bench(server.port, 'throughput', '--seconds', '0.2', '--warm-up', '0.1')
            self.assertEqual(code, 0)
            self.assertGreaterEqual(report['measured_seconds'], 0.2)
            self.assertGreater(report['delivered_per_second'], 1000)
            code, report = bench(server.port, 'request', '--seconds', '0.2', '--warm-up', '0.1')
            self.assertEqual(code, 0)
            self.assertGreater(report['requests_per_second'], 100)

    def test_jitter_needs_no_server(self):
        done = subprocess.run([BENCH, 'jitter', '--seconds', '0.1', '--json'],
                              capture_output=True, text=True, check=True)
        report = json.loads(done.stdout)
        self.assertGreater(report['clock_reads'], 1000)
        self.assertGreaterEqual(report['gap_max_us'], report['gap_p50_us'])


class SeesFaultsTest(unittest.TestCase):
    def faults_of(self, spoil, *arguments):
        with FaultyServer(spoil) as server:
            code, report = bench(server.port, 'throughput', '--count', '100', '--drain', '0.15',
                                 *arguments)
        self.assertEqual(code, 1)
        return report

    def test_no_fault_is_no_fault(self):
        with FaultyServer(lambda number, frame: frame) as server:
            code, report = bench(server.port, 'throughput', '--count', '100')
        self.assertEqual((code, report['faults'], report['delivered']), (0, [], 100))

    def test_loss(self):
        report = self.faults_of(lambda number, frame: b'' if number in (7, 8) else frame)
        self.assertEqual(report['faults'], ['2 messages lost'])

    def test_loss_of_the_last(self):
        report = self.faults_of(lambda number, frame: b'' if number == 99 else frame)
        self.assertEqual(report['faults'], ['1 messages lost'])

    def test_duplicate(self):
        report = self.faults_of(lambda number, frame: frame * 2 if number == 7 else frame)
        self.assertEqual(report['faults'], ['1 messages duplicated'])

    def test_duplicate_of_the_last(self):
        report = self.faults_of(lambda number, frame: frame * 2 if number == 99 else frame)
        self.assertEqual(report['faults'], ['1 messages duplicated'])

    def test_reordering(self):
        held = []

        def swap(number, frame):
            if number == 7:
                held.append(frame)
                return b''
            return frame + held.pop() if held else frame

        self.assertEqual(self.faults_of(swap)['faults'], ['1 messages out of order'])

    def test_wrong_subject(self):
        report = self.faults_of(
            lambda number, frame: frame.replace(b'bench', b'other') if number == 7 else frame)
        self.assertEqual(report['garbled'], 1)
        self.assertEqual(report['lost'], 1)

    def test_a_byte_too_few(self):
        report = self.faults_of(
            lambda number, frame: frame[:-3] + b'\r\n' if number == 7 else frame)
        self.assertIn('no CR LF behind a payload', report['faults'][0])

    def test_error_line(self):
        report = self.faults_of(
            lambda number, frame: frame + b"-ERR 'Slow Consumer'\r\n" if number == 7 else frame)
        self.assertIn("a subscriber: the server says: -ERR 'Slow Consumer'", report['faults'])

    def test_closed_connection(self):
        def hang_up(number, frame):
            if number == 7:
                raise OSError
            return frame

        report = self.faults_of(hang_up)
        self.assertRegex(report['faults'][0], 'a publisher: (reading|sending|the server closed)')

    def test_request_without_an_answer(self):
        with FaultyServer(lambda number, frame: b'') as server:
            code, report = bench(server.port, 'request', '--requesters', '2', '--count', '4',
                                 '--drain', '0.15')
            self.assertEqual((code, report['unanswered']), (1, 2))

    def test_nobody_there_is_a_usage_error(self):
        code, report = bench(free_port(), 'throughput')
        self.assertEqual((code, report), (2, None))

    def test_a_stall_delays_all_messages_that_were_due_meanwhile(self):
        def stall(number, frame):
            if number == 100:
                time.sleep(0.4)
            return frame

        with FaultyServer(stall) as server:
            code, report = bench(server.port, 'latency', '--rate', '1k', '--count', '1k')
        self.assertEqual(code, 0)
        # 400 of 1000 messages were due during the stall; a closed loop would have seen one.
        self.assertGreater(report['latency_p90_us'], 200_000)
        self.assertGreaterEqual(report['latency_max_us'], 400_000)
        self.assertLess(report['latency_p50_us'], 200_000)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
