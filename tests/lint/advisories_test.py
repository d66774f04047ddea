"""Every test that the table of advisories names exists, and every row names one."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
NAME = re.compile(r'`([a-zA-Z0-9_.]+)`')


def rows():
    text = (ROOT / 'tests/auth/README.md').read_text(encoding='utf-8')
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip('|').split(' | ')]
        if len(cells) == 3 and cells[0] != 'Note' and not cells[0].startswith('---'):
            yield cells[0], cells[2]


def all_tests():
    """`suite.name` of googletest, names of functions, of fault scenarios and of fuzzers."""
    found = {path.stem for path in (ROOT / 'tests/fuzz').glob('*_fuzz.cc')}
    for path in (ROOT / 'tests').rglob('*.cc'):
        if 'node_modules' in path.parts:
            continue
        text = path.read_text(encoding='utf-8', errors='replace')
        for suite, name in re.findall(r'^TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)', text, re.M):
            found.add(f'{suite}.{name}')
        found.update(re.findall(r'\.name = "(S\d+)"', text))
    for path in (ROOT / 'tests/control').glob('*.py'):
        found.update(re.findall(r'^def (test_\w+)', path.read_text(encoding='utf-8'), re.M))
    return found


class AdvisoriesTest(unittest.TestCase):
    def test_what_the_table_names_exists(self):
        known = all_tests()
        table = list(rows())
        self.assertGreater(len(table), 10)
        for note, tests in table:
            named = NAME.findall(tests)
            missing = [name for name in named if name not in known]
            self.assertEqual(missing, [], note)
            self.assertTrue(named, f'{note}: no test')


if __name__ == '__main__':
    unittest.main()
