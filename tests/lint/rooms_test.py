"""Shows that tools/rooms catches each kind of wrong include and lets the right ones pass."""

import importlib.machinery
import importlib.util
import pathlib
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def load_tool(name):
    loader = importlib.machinery.SourceFileLoader(name, str(ROOT / 'tools' / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


rooms = load_tool('rooms')


class RoomsTest(unittest.TestCase):
    def judge(self, files):
        """Complaints about a tree with the files given as {path: text}."""
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for path, text in files.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text)
            return rooms.judge_tree(root)[0]

    def assert_one(self, files, expected):
        complaints = self.judge(files)
        self.assertEqual(len(complaints), 1, complaints)
        self.assertIn(expected, complaints[0])

    def test_a_clean_tree_passes(self):
        self.assertEqual(self.judge({
            'dataplane/base/frame.hh': '#include <cstdint>\n#include <immintrin.h>\n',
            'dataplane/stream/stream.hh': '#include "dataplane/base/frame.hh"\n',
            'dataplane/tcp/stack.cc': '#include "dataplane/stream/stream.hh"\n',
            'dataplane/port/eal.cc': '#include <rte_eal.h>\n',
            'dataplane/config/flags.cc': '#include "dataplane/base/frame.hh"\n',
            'protocol/json.cc': '#include <boost/json/basic_parser_impl.hpp>\n',
            'tests/sim/wire.hh': '#include "dataplane/base/frame.hh"\n',
            'tests/tcp/stack_test.cc':
                '#include <gtest/gtest.h>\n#include "tests/sim/wire.hh"\n'
                '#include "dataplane/base/frame.hh"\n',
        }), [])

    def test_tcp_must_not_know_ethernet(self):
        self.assert_one({'dataplane/net/arp.hh': '',
                         'dataplane/tcp/stack.cc': '\n#include "dataplane/net/arp.hh"\n'},
                        'dataplane/tcp/stack.cc:2: room tcp must not include room net')

    def test_broker_must_not_know_tcp(self):
        self.assert_one({'dataplane/tcp/seq.hh': '',
                         'dataplane/broker/session.cc': '#include "dataplane/tcp/seq.hh"\n'},
                        'room broker must not include room tcp')

    def test_control_must_not_know_the_dataplane(self):
        self.assert_one({'dataplane/base/types.hh': '',
                         'control/main.cc': '#include "dataplane/base/types.hh"\n'},
                        'room control must not include room base')

    def test_dpdk_stays_in_port_even_in_tests_and_main(self):
        for path in ('dataplane/worker/poll_loop.cc', 'dataplane/main.cc',
                     'tests/port/nic_test.cc', 'perf/bench_port_burst.cc'):
            self.assert_one({path: '  #  include <rte_mbuf.h>\n'}, 'only dataplane/port')

    def test_boost_json_only_in_the_json_files_of_protocol(self):
        self.assert_one({'protocol/parser.cc': '#include <boost/json.hpp>\n'},
                        'room protocol must not include boost.json')

    def test_other_boost_is_refused_everywhere(self):
        self.assert_one({'dataplane/agent/log.cc': '#include <boost/lexical_cast.hpp>\n'},
                        'room agent must not include boost')

    def test_posix_is_refused_in_the_packet_path(self):
        self.assert_one({'dataplane/net/link.cc': '#include <unistd.h>\n'},
                        'room net must not include posix')

    def test_a_test_of_one_room_must_not_reach_into_another(self):
        self.assert_one({'dataplane/broker/session.hh': '',
                         'tests/tcp/x_test.cc': '#include "dataplane/broker/session.hh"\n'},
                        'room tests/tcp must not include room broker')

    def test_system_tests_know_no_room(self):
        self.assert_one({'protocol/ops.hh': '',
                         'tests/system/x_test.cc': '#include "protocol/ops.hh"\n'},
                        'room tests/system must not include room protocol')

    def test_relative_and_computed_includes_are_refused(self):
        self.assert_one({'protocol/ops.hh': '', 'protocol/parser.cc': '#include "ops.hh"\n'},
                        'include from the repository root')
        self.assert_one({'protocol/parser.cc': '#include WHATEVER\n'}, 'must name its file')

    def test_unknown_folder_is_refused(self):
        self.assert_one({'dataplane/misc/x.cc': ''}, 'no room')

    def test_circles_are_refused(self):
        self.assert_one({
            'dataplane/worker/worker.hh': '#include "dataplane/agent/agent.hh"\n',
            'dataplane/agent/agent.hh': '#include "dataplane/worker/worker.hh"\n',
        }, 'in a circle')


if __name__ == '__main__':
    unittest.main()
