"""Network namespaces for measurements: made by us, held by a process, gone when we are.

A namespace lives as long as its holder, a sleeping process that the kernel kills when we die. So
nothing is left behind, however we end, and nothing outside is ever touched.
"""

import os
import subprocess

DIE_WITH_US = ('setpriv', '--pdeathsig', 'KILL', '--')
OFFLOADS = ('rx', 'tx', 'sg', 'tso', 'gso', 'gro')


def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f'{" ".join(command)}: {done.stderr.strip()}')


class Namespace:
    def __init__(self):
        self.holder = subprocess.Popen(
            [*DIE_WITH_US, 'unshare', '--net', '--', 'sh', '-c', 'echo ready; exec sleep 86400'],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if self.holder.stdout.readline() != b'ready\n':
            raise RuntimeError('no right to make a network namespace (root is wanted)')
        self.run('ip', 'link', 'set', 'lo', 'up')

    def command(self, *words):
        """The words of a command that runs inside, as the process that is started."""
        return ['nsenter', '--target', str(self.holder.pid), '--net', '--', *words]

    def run(self, *words):
        run(self.command(*words))

    def end(self):
        self.holder.kill()
        self.holder.wait()
        self.holder.stdout.close()


class Path:
    """How the generator reaches the server: where each of them runs, and the server's address."""

    def __init__(self, name, address, server_side, generator_side):
        self.name = name
        self.address = address
        self.server_side = server_side
        self.generator_side = generator_side

    def end(self):
        for side in {self.server_side, self.generator_side}:
            side.end()


def loopback():
    both = Namespace()
    return Path('loopback', '127.0.0.1', both, both)


class VethPath(Path):
    """A pair of virtual Ethernet devices; offloads on or off at both ends.

    The server's address is the kernel's, or, for a server with a stack of its own, the server's.
    """

    device = 'server'
    prefix = '10.223.0.1/24'

    def __init__(self, offloads):
        server, generator = Namespace(), Namespace()
        name = 'veth, offloads on' if offloads else 'veth, offloads off'
        super().__init__(name, '10.223.0.1', server, generator)
        self.offloads = offloads
        server.run('ip', 'link', 'add', 'name', self.device, 'type', 'veth',
                   'peer', 'name', 'generator', 'netns', str(generator.holder.pid))
        for side, device, address in ((server, self.device, self.prefix),
                                      (generator, 'generator', '10.223.0.2/24')):
            side.run('ip', 'address', 'add', address, 'dev', device)
            side.run('ip', 'link', 'set', device, 'up')
            if not offloads:
                switches = [word for name in OFFLOADS for word in (name, 'off')]
                side.run('ethtool', '-K', device, *switches)

    def give_to(self, own_stack):
        """Leaves the server's address to the kernel, or to the server's own stack."""
        self.server_side.run('ip', 'address', 'flush', 'dev', self.device)
        if not own_stack:
            self.server_side.run('ip', 'address', 'add', self.prefix, 'dev', self.device)


class TapPath(Path):
    """The server makes a TAP device and answers on it with its own TCP/IP stack."""

    device = 'wirebird0'
    prefix = '10.222.0.2/24'

    def __init__(self):
        both = Namespace()
        super().__init__('TAP', '10.222.0.2', both, both)

    def open(self):
        """Called once the device is there: gives the kernel's end its address."""
        self.generator_side.run('ip', 'address', 'replace', '10.222.0.1/24', 'dev', self.device)
        self.generator_side.run('ip', 'link', 'set', self.device, 'up')


def may_make_tap():
    try:
        os.close(os.open('/dev/net/tun', os.O_RDWR))
    except OSError:
        return False
    return os.geteuid() == 0
