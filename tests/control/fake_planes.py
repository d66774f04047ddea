"""Either end of the plane link, played as another release might: message and memory are written
here byte by byte, from the numbers that version 1 froze, and not by the code of this build."""

import array
import json
import mmap
import os
import select
import socket
import struct
import threading
import time

import server

HELLO, READY, HEARTBEAT, REFRESH, KEEP_STATE, UNSUPPORTED, OPENED = 1, 2, 3, 4, 5, 6, 13
VERSION, NUMBER, BLOB, WANTED, ADDRESS, PORT, TIME = 1, 2, 3, 4, 5, 6, 8
SETTINGS, NAMES, WORKERS, COUNTERS, CONNECTIONS = 1, 2, 3, 4, 5
NO_SUCH_TYPE, NO_SUCH_FIELD, NO_SUCH_SECTION = 4242, 77, 500
MAGIC = 0x316e6c7064726277


def message(kind, fields=(), number=0, flags=0):
    """A packet; `fields`: pairs of a tag and a number or bytes."""
    packet = struct.pack('<HHI', kind, flags, number)
    for tag, value in fields:
        value = struct.pack('<Q', value) if isinstance(value, int) else value
        packet += struct.pack('<HHI', tag, 0, len(value)) + value
    return packet


def read_message(packet):
    """Type, id and a dictionary of fields, which are bytes."""
    kind, _, number = struct.unpack_from('<HHI', packet)
    fields, at = {}, 8
    while at < len(packet):
        tag, _, size = struct.unpack_from('<HHI', packet, at)
        fields[tag] = packet[at + 8:at + 8 + size]
        at += 8 + size
    return kind, number, fields


def number_of(field):
    return struct.unpack('<Q', field)[0]


class Memory:
    """A plane memory. `sections`: stride and count of each by its id."""

    def __init__(self, sections, header_bytes=32, entry_bytes=32):
        at = (header_bytes + entry_bytes * len(sections) + 63) // 64 * 64
        table = []
        self.places = {}
        for name, (stride, count) in sections.items():
            table.append((name, 0, at, stride, count))
            self.places[name] = (at, stride)
            at += (stride * count + 63) // 64 * 64
        self.descriptor = os.memfd_create('fake-plane')
        os.ftruncate(self.descriptor, at)
        self.bytes = mmap.mmap(self.descriptor, at)
        for i, entry in enumerate(table):
            struct.pack_into('<IIQQQ', self.bytes, header_bytes + i * entry_bytes, *entry)
        struct.pack_into('<QIIIIQ', self.bytes, 0, MAGIC, 1, header_bytes, len(table), entry_bytes,
                         at)

    def put(self, section, index, word, value):
        at, stride = self.places[section]
        struct.pack_into('<Q', self.bytes, at + index * stride + 8 * word, value)

    def get(self, section, index, word):
        at, stride = self.places[section]
        return struct.unpack_from('<Q', self.bytes, at + index * stride + 8 * word)[0]

    def put_text(self, section, text):
        at, stride = self.places[section]
        assert len(text) <= stride - 16, 'too long for its section'
        self.bytes[at + 16:at + 16 + len(text)] = text
        struct.pack_into('<QQ', self.bytes, at, 2, len(text))

    def put_row(self, index, cid, in_msgs):
        self.put(CONNECTIONS, index, 1, cid)
        self.put(CONNECTIONS, index, 2, time.monotonic_ns())
        self.put(CONNECTIONS, index, 7, in_msgs)
        self.put(CONNECTIONS, index, 0, 2)


class Wirebird:
    """What wirebird-control believes to be wirebird: greets it, brings a memory up to date."""

    def __init__(self, memory, door, workers=1):
        self.memory, self.workers = memory, workers
        self.heard = []
        self.pages = socket.socket(socket.AF_UNIX)
        self.pages.bind('')  # an abstract address
        self.pages.listen(64)
        self.pages.setblocking(False)
        self.door = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.door.bind(door)
        self.door.listen(1)
        self.link = None
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def accept(self, more=(), descriptors=()):
        self.door.settimeout(server.PATIENCE)
        self.link = self.door.accept()[0]
        handed = array.array('i', [self.memory.descriptor, self.pages.fileno(), *descriptors])
        self.link.sendmsg([message(HELLO, [(VERSION, 1), (BLOB, b''), *more])],
                          [(socket.SOL_SOCKET, socket.SCM_RIGHTS, handed)])
        self.thread.start()

    def say(self, *arguments, **named):
        self.link.send(message(*arguments, **named))

    def run(self):
        while not self.ending.is_set():
            if not select.select([self.link], [], [], 0.1)[0]:
                continue
            packet = self.link.recv(65536)
            if not packet:
                return
            kind, number, fields = read_message(packet)
            self.heard.append((kind, number, fields))
            if kind == REFRESH:
                for worker in range(self.workers):
                    self.memory.put(WORKERS, worker, 0, time.monotonic_ns())
                    self.memory.put(WORKERS, worker, 1, number_of(fields[NUMBER]))
            elif kind not in (READY, HEARTBEAT, KEEP_STATE, UNSUPPORTED):
                self.say(UNSUPPORTED, [(NUMBER, kind)], number)

    def get(self, target, method='GET'):
        """A page as the relay would ask for it."""
        connection = server.UnixConnection(self.pages.getsockname())
        connection.connect()
        connection.sock.sendall(b'PROXY TCP4 127.0.0.1 127.0.0.1 5000 8222\r\n')
        connection.request(method, target)
        response = connection.getresponse()
        answer = server.Answer(response.status, {}, response.read().decode())
        connection.close()
        return answer

    def end(self):
        self.ending.set()
        if self.thread.ident:
            self.thread.join()
        for each in (self.link, self.door, self.pages):
            if each:
                each.close()


class Control:
    """What wirebird believes to be wirebird-control: `greeting`: said first; then it says that it
    is alive until its end."""

    def __init__(self, door, greeting):
        self.link = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.link.settimeout(server.PATIENCE)
        self.link.connect(door)
        packet, ancillary, _, _ = self.link.recvmsg(65536, 1024)
        _, _, self.hello = read_message(packet)
        memory, pages = array.array('i', ancillary[0][2])
        self.memory = mmap.mmap(memory, 0, prot=mmap.PROT_READ)
        self.pages = socket.socket(fileno=pages)
        os.close(memory)
        for each in greeting:
            self.link.send(each)
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.live)
        self.thread.start()

    def live(self):
        while not self.ending.wait(0.2):
            self.link.send(message(HEARTBEAT))

    def hear(self):
        return read_message(self.link.recv(65536))

    def section(self, wanted):
        """Offset, stride and count, as the table says that follows the header."""
        header_bytes, count, entry_bytes = struct.unpack_from('<III', self.memory, 12)
        for i in range(count):
            name, _, *where = struct.unpack_from('<IIQQQ', self.memory,
                                                 header_bytes + i * entry_bytes)
            if name == wanted:
                return where
        raise server.Failure(f'no section {wanted}')

    def word(self, section, index, word):
        offset, stride, _ = self.section(section)
        return struct.unpack_from('<Q', self.memory, offset + index * stride + 8 * word)[0]

    def text(self, section):
        size = self.word(section, 0, 1)
        offset = self.section(section)[0]
        return self.memory[offset + 16:offset + 16 + size].decode()

    def counter(self, name, workers):
        index = self.text(NAMES).splitlines().index(name)
        return sum(self.word(COUNTERS, worker, index) for worker in range(workers))

    def settings(self):
        return json.loads(self.text(SETTINGS))

    def refresh(self, number, workers, more=()):
        """Has the memory brought up to date."""
        self.link.send(message(REFRESH, [(NUMBER, number), *more]))
        server.wait_for('a refresh', lambda: all(
            self.word(WORKERS, worker, 1) == number for worker in range(workers)))

    def answer_one_page(self, body):
        """returns: what the relay sent before the request."""
        self.pages.setblocking(True)
        self.pages.settimeout(server.PATIENCE)
        client = self.pages.accept()[0]
        client.settimeout(server.PATIENCE)
        asked = b''
        while b'\r\n\r\n' not in asked:
            asked += client.recv(65536)
        client.sendall(b'HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s' % (len(body), body))
        client.close()
        return asked

    def end(self):
        self.ending.set()
        self.thread.join()
        self.link.close()
        self.pages.close()
