#!/usr/bin/env python3
"""A capture of a running server's frames, on a port of our own, in a network of the test's own."""

import os
import pathlib
import socket
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import server  # noqa: E402  (lies beside this script)

OURS, THEIRS, PORT = '10.222.0.2', '10.222.0.1', 4222
PACKET_BLOCK = 6


def packets_of(file):
    """Frames in a pcapng file: whether they left, and their bytes."""
    at, found = 0, []
    while at < len(file):
        kind, size = struct.unpack_from('<II', file, at)
        assert size == struct.unpack_from('<I', file, at + size - 4)[0], 'a block is torn'
        if kind == PACKET_BLOCK:
            kept, length = struct.unpack_from('<II', file, at + 20)
            flags = struct.unpack_from('<I', file, at + size - 12)[0]
            assert kept == length, 'a frame was cut'
            found.append((flags == 2, file[at + 28:at + 28 + kept]))
        at += size
    return found


def main():
    if '--inside' not in sys.argv:
        if os.geteuid() != 0 or not os.path.exists('/dev/net/tun'):
            print('important: a TAP device needs root')
            return 77
        return subprocess.run(['unshare', '-n', sys.executable, __file__, '--inside'],
                              check=False).returncode
    with tempfile.TemporaryDirectory() as folder:
        path = folder + '/operators'
        with open(folder + '/log', 'wb') as log:
            broker = subprocess.Popen(
                [os.environ['WIREBIRD_BINARY'], '--nic', 'tap:wbcap', '--ip', OURS + '/24',
                 '--no-huge', '-p', str(PORT), '-m', '8222', '--control_socket', path,
                 '--capture_dir', folder], stderr=log)
        try:
            server.wait_for('the device', lambda: 'wbcap:' in pathlib.Path(
                '/proc/net/dev').read_text(encoding='ascii'))
            for words in (['address', 'add', THEIRS + '/24', 'dev', 'wbcap'],
                          ['link', 'set', 'wbcap', 'up']):
                subprocess.run(['ip', *words], check=True)
            server.wait_for('the operators\' socket', lambda: os.path.exists(path))
            check(folder, path)
        except Exception:
            print(pathlib.Path(folder, 'log').read_text(encoding='utf-8'))
            raise
        finally:
            broker.kill()
            broker.wait()
    print('ok     a capture')
    return 0


def check(folder, path):
    def order(target):
        return server.ask(server.UnixConnection(path), 'POST', target)

    status, body = order('/capture?port=99999')
    assert status == 400, (status, body)
    with socket.create_connection((OURS, PORT), server.PATIENCE) as bystander:
        status, body = order(f'/capture?address={THEIRS}&port={PORT}&frames=1000&seconds=3600')
        assert status == 202, (status, body)
        file = pathlib.Path(body.split('"file": "')[1].split('"')[0])
        assert file.parent == pathlib.Path(folder), file
        assert order('/capture')[0] == 409, 'one at a time'
        with socket.create_connection((OURS, PORT), server.PATIENCE) as client:
            client.sendall(b'CONNECT {"verbose":false}\r\nSUB a 1\r\nPUB a 5\r\nhello\r\nPING\r\n')
            answer = b''
            while b'PONG' not in answer:
                answer += client.recv(4096)
        bystander.sendall(b'PING\r\n')

        def captured():
            frames = packets_of(file.read_bytes())
            return frames if any(b'MSG a 1 5\r\nhello' in frame for _, frame in frames) else None

        frames = server.wait_for('the message in the file', captured)
    for left, frame in frames:
        ports = struct.unpack_from('>HH', frame, 34)
        assert ports[0 if left else 1] == PORT, ports
    assert any(left for left, _ in frames) and not all(left for left, _ in frames)
    assert any(b'PUB a 5\r\nhello' in frame for left, frame in frames if not left)


if __name__ == '__main__':
    sys.exit(main())
