#!/usr/bin/env python3
"""Secrets, planted wherever somebody may have to write one: no page, metric, line of the log at any
level, file for operators or line of ps shows them."""

import base64
import itertools
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import server  # noqa: E402  (lies beside this script)

BINARY = os.environ['WIREBIRD_BINARY']
PAGES = ['/', '/varz', '/connz?auth=1&subs=detail', '/connz?state=closed&auth=1',
         '/connz?state=all&auth=1', '/routez', '/subsz?subs=1', '/accountz', '/accountz?acc=$G',
         '/accstatz', '/gatewayz', '/leafz', '/jsz?config=1', '/ipqueuesz', '/healthz', '/metrics',
         '/workerz?buckets=1', '/live.js', '/live.css', '/nothing', '/connz?sort=nonsense']
PUBLIC_KEY = 'UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4'
HASH = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'  # of a password
NUMBERS = itertools.count(1)


def secret(what):
    """Something that nobody writes by chance, and that is no word of another."""
    return f'canary-{what}-{next(NUMBERS):03d}-yranac'


def claims():
    """What a client may say in CONNECT that is nobody else's business; a user's name is."""
    return {field: secret('connect-' + field)
            for field in ('pass', 'auth_token', 'jwt', 'sig', 'nkey')}


def raw(under_test, text):
    """Says something as the first words, and reads until the end."""
    one = server.Client.__new__(server.Client)
    one.socket = server.socket.create_connection(('127.0.0.1', under_test.port), server.PATIENCE)
    one.received = b''
    one.read_through(b'\r\n')
    one.send(text)
    try:
        while one.socket.recv(65536):
            pass
    except ConnectionResetError:
        pass  # it ended with bytes of ours unread
    one.close()


def say_everything(under_test, good):
    """Logins that work, are refused, and are no CONNECT at all. Returns the secrets they had."""
    said = claims()
    with_secrets = json.dumps(said)
    if good is None:  # anybody may connect, so what is said counts for nothing
        good = claims()
        said |= {'in a login': json.dumps(good)} | {'good ' + key: good[key] for key in good}
    stays = under_test.client(name='stays', **good)
    stays.command('SUB visible 1\r\nPUB visible 2\r\nhi\r\n')
    leaves = under_test.client(name='leaves', **good)
    leaves.send(f'CONNECT {with_secrets}\r\n')  # once more, as somebody else
    leaves.send(f'CONECT {with_secrets}\r\n')
    leaves.close()
    for field, content in said.items():
        raw(under_test, f'CONNECT {json.dumps({field: content})}\r\nNONSENSE {content}\r\n')
    raw(under_test, f'CONNECT {with_secrets[:-1]}, nonsense}}\r\n')
    raw(under_test, f'CONNECT {{"lang":5,{with_secrets[1:]}\r\n')
    raw(under_test, f'CONNECT {{"protocol":7,{with_secrets[1:]}\r\nNONSENSE\r\n')
    raw(under_test, f'CONNECT {{"account":"x",{with_secrets[1:]}\r\n')
    raw(under_test, f'CONNECT {with_secrets}{" " * 70_000}\r\n')
    raw(under_test, f'{with_secrets}\r\n')
    raw(under_test, f'-ERR\r\n{with_secrets}\r\n')
    return stays, list(said.values())


def seen_at(under_test, folder):
    """Every text that this server shows to anybody, by where it is shown."""
    seen = {page: under_test.get(page).body for page in PAGES}
    assert 'stays' in seen['/connz?auth=1&subs=detail'], 'the pages show something'
    control = server.wait_for('control', under_test.children)[0]
    for what in ('cmdline', 'environ'):
        seen['control: ' + what] = pathlib.Path(f'/proc/{control}/{what}').read_text()
    for file in pathlib.Path(folder).glob('*.ports'):
        seen['ports file'] = file.read_text()
    assert 'nats://' in seen['ports file'], seen['ports file']
    under_test.stop()
    seen['log'] = under_test.log
    return seen


def judge(seen, secrets):
    for place, text in seen.items():
        for one in secrets:
            for form in (one, base64.b64encode(one.encode()).decode().rstrip('='), repr(one)[1:-1]):
                assert form not in text, f'{form} in {place}:\n' + '\n'.join(
                    line for line in text.splitlines() if form in line)


def with_folder(test):
    def run():
        with tempfile.TemporaryDirectory() as folder:
            test(folder)
    return run


def play(folder, secrets, good, *more):
    under_test = server.Server(BINARY, '--ports_file_dir', folder, *more)
    try:
        stays, said = say_everything(under_test, good)
        seen = seen_at(under_test, folder)
        stays.close()
        assert '[CONNECT {' in seen['log'] and '[REDACTED]' in seen['log'], seen['log']
        judge(seen, secrets + said)
    finally:
        under_test.kill()


@with_folder
def test_secrets_of_clients_that_need_none(folder):
    play(folder, [], None, '-DV')


@with_folder
def test_secrets_of_flags(folder):
    password, route, cluster = secret('pass'), secret('route'), secret('cluster')
    play(folder, [password, route, cluster], {'user': 'somebody', 'pass': password}, '-DVV',
         '--user', 'somebody', '--pass', password, '--ignore_unsupported',
         '--routes', f'nats-route://somebody:{route}@127.0.0.1:1',
         '--cluster', f'nats://somebody:{cluster}@127.0.0.1:0')
    token = secret('token')
    play(folder, [token], {'auth_token': token}, '-DV', '--auth', token)


def configuration(planted):
    return f'''
ignore_unsupported: true
debug: true
trace: true
authorization {{
  timeout: 5
  users = [
    {{user: somebody, password: "{planted['password']}"}}
    {{user: other, password: $PLANTED_IN_THE_ENVIRONMENT}}
    {{user: third, password: "{HASH}"}}
    {{nkey: {PUBLIC_KEY}}}
  ]
}}
cluster {{
  listen: "127.0.0.1:0"
  authorization {{user: route, password: "{planted['cluster']}"}}
  routes = ["nats-route://route:{planted['route']}@127.0.0.1:1"]
}}
leafnodes {{
  remotes = [{{url: "nats-leaf://leaf:{planted['leaf']}@127.0.0.1:1"
              nkey: "{planted['seed']}"}}]
}}
'''


@with_folder
def test_secrets_of_the_configuration_file(folder):
    planted = {key: secret(key)
               for key in ('password', 'cluster', 'route', 'leaf', 'seed', 'environment')}
    os.environ['PLANTED_IN_THE_ENVIRONMENT'] = planted['environment']
    file = pathlib.Path(folder, 'conf')
    file.write_text(configuration(planted), encoding='ascii')
    play(folder, [*planted.values(), HASH],
         {'user': 'somebody', 'pass': planted['password']}, '-c', str(file))


@with_folder
def test_secrets_in_files_that_are_refused_or_shown(folder):
    one = secret('misplaced')
    file = pathlib.Path(folder, 'conf')
    for text in (f'authorization {{users: {{user: a, password: "{one}"}}}}',
                 f'authorization {{users: ["a:{one}"]}}', f'authorization {{users: ["{one}", []]}}',
                 f'authorization {{users: [{{user: a, password: ["{one}"]}}]}}',
                 f'authorization {{users: [{{nkey: "{one}"}}]}}',
                 f'authorization {{password: "{one}"}}', f'authorization: "{one}"',
                 f'authorization {{token: ["{one}"]}}',
                 f'authorization {{user: a, pass: "{one}", token: "{one}"}}',
                 f'authorization {{user: a, pass: "{one}"}} no_auth_user: b',
                 f'authorization {{token: "{one}"}}\nnonsense: 1',
                 f'authorization {{token: "{one}" ]',
                 f'accounts {{a {{users: [{{user: a, password: "{one}"}}]}}}}',
                 f'routes: ["nats://a:{one}@b:1"]', f'tls {{key_file: "{one}"}}'):
        file.write_text(text + '\n', encoding='ascii')
        for flags in (['-t'], ['--effective'], ['-m', '0', '--nic', 'refused']):
            ended = subprocess.run([BINARY, '-c', str(file), *flags], capture_output=True,
                                   text=True, timeout=server.PATIENCE, check=False)
            assert (ended.stdout + ended.stderr).strip(), (text, flags)
            judge({f'{text} {flags}': ended.stdout + ended.stderr}, [one])


if __name__ == '__main__':
    sys.exit(server.run(globals(), sys.argv[1:]))
