#!/usr/bin/env python3
"""What pages say of a server that somebody has configured, beside nats-server 2.9.10 with the same
file, and what they say once another file counts."""

import datetime
import os
import pathlib
import signal
import socket
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import server  # noqa: E402  (lies beside this script)
from pages_test import same, shape  # noqa: E402

SETTINGS = '''
server_name: "<srv>"
client_advertise: "adv.example:7777"
http_base_path: "mon/nats"
server_tags: ["a:b", "c"]
max_subs: 100
max_payload: 2000
max_pending: 9000000
max_control_line: 2048
max_connections: 7
ping_interval: "5s"
ping_max: 3
write_deadline: "3s"
authorization {
  timeout: 1.5
  users: [ {user: u, password: p}, {user: "v<", password: q}, {user: anon, password: z} ]
}
no_auth_user: anon
'''
# Members of /varz that follow from the file.
SAID = ('server_name', 'host', 'port', 'auth_required', 'max_connections', 'max_subscriptions',
        'ping_interval', 'ping_max', 'http_host', 'http_base_path', 'https_port', 'auth_timeout',
        'max_control_line', 'max_payload', 'max_pending', 'write_deadline', 'tags')
# Questions to /connz: which clients are found, and what is said of how many there are.
FILTERS = [
    'user=u', 'user=u&state=closed', 'user=v%3C&state=any', 'user=nobody', 'user=u&limit=1',
    'user=u&acc=$G', 'user=u&acc=$SYS', 'cid=4', 'cid=4&state=closed', 'cid=4&state=any',
    'cid=6&state=any', 'cid=99', 'cid=6&offset=1&limit=3', 'cid=6&acc=$SYS', 'cid=6&user=nobody',
    'cid=6&acc=nope', 'mqtt_client=x', 'mqtt_client=x&state=any', 'acc=$SYS', 'acc=$SYS&state=any',
    'limit=1&offset=1', 'state=any&limit=2&offset=1',
]


class Configured(server.Server):
    def __init__(self, binary, file):
        self.file = file
        super().__init__(binary, '-c', file)

    def get(self, target, **named):
        return super().get('/mon/nats' + target, **named)


def binaries():
    return os.environ['WIREBIRD_ORACLE'], os.environ['WIREBIRD_BINARY']


def start_pair(folder):
    path = os.path.join(folder, 'server.conf')
    pathlib.Path(path).write_text(SETTINGS, encoding='ascii')
    return [Configured(binary, path) for binary in binaries()]


def refused(target):
    """Somebody with a wrong password, until the server has noted that it has gone."""
    with socket.create_connection(('127.0.0.1', target.port), server.PATIENCE) as client:
        client.sendall(b'CONNECT {"user":"u","pass":"wrong"}\r\n')
        while client.recv(4096):
            pass
    server.wait_for('the refused', lambda: target.get(
        '/connz?state=closed').json['num_connections'] > 0)


def test_a_configured_server_says_so():
    with tempfile.TemporaryDirectory() as folder:
        pair = start_pair(folder)
        try:
            theirs, ours = (each.get('/varz').json for each in pair)
            for key in SAID:
                same('/varz ' + key, theirs.get(key), ours.get(key))
            same('/varz', shape(theirs), shape(ours, {'wirebird'}))
        finally:
            for each in pair:
                each.kill()


def test_filters_find_and_count_alike():
    with tempfile.TemporaryDirectory() as folder:
        pair = start_pair(folder)
        try:
            clients = []
            for each in pair:
                refused(each)
                gone = each.client(user='v<', **{'pass': 'q'})
                gone.close()
                clients += [each.client(user='u', **{'pass': 'p'}), each.client()]
                server.wait_for('the two', lambda each=each: len(each.get(
                    '/connz?state=closed').json['connections']) == 2)
                server.wait_for('the others', lambda each=each: len(each.get(
                    '/connz').json['connections']) == 2)
            for asked in FILTERS:
                theirs, ours = (each.get('/connz?auth=1&' + asked).json for each in pair)
                for key in ('num_connections', 'total', 'offset', 'limit'):
                    same(f'{asked} {key}', theirs[key], ours[key])
                theirs, ours = ([(one['cid'], one.get('reason'), one.get('authorized_user'))
                                 for one in answer['connections'] or ()]
                                for answer in (theirs, ours))
                same(asked, theirs, ours)
        finally:
            for each in pair:
                each.kill()


def moment(text):
    return datetime.datetime.fromisoformat(text.rstrip('Z')[:26].rstrip('.'))


def test_a_reload_is_no_start():
    with tempfile.TemporaryDirectory() as folder:
        pair = start_pair(folder)
        try:
            for each in pair:
                before = each.get('/varz').json
                assert before['config_load_time'] == before['start'], before
                text = SETTINGS.replace('2000', '3000').replace('"a:b", "c"', '"d"')
                pathlib.Path(each.file).write_text(text, encoding='ascii')
                each.child.send_signal(signal.SIGHUP)
                server.wait_for('the reload', lambda each=each: each.get(
                    '/varz').json['max_payload'] == 3000)
                pathlib.Path(each.file).write_text(SETTINGS, encoding='ascii')
                after = each.get('/varz').json
                same('start', before['start'], after['start'])
                assert moment(after['config_load_time']) > moment(before['start']), after
                if each is pair[1]:  # nats-server goes on showing the old ones
                    same('tags', ['d'], after['tags'])
        finally:
            for each in pair:
                each.kill()


if __name__ == '__main__':
    if not os.access(os.environ.get('WIREBIRD_ORACLE', ''), os.X_OK):
        print('important: no nats-server to compare with')
        sys.exit(77)
    sys.exit(server.run(globals(), sys.argv[1:]))
