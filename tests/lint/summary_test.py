"""Shows that tools/summary counts cases, and that nothing that broke is left out of the sum."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CASES = '''<?xml version="1.0"?><testsuites><testsuite name="s">
<testcase name="a" status="run" result="completed"/>
{extra}
<testcase name="d" status="notrun" result="suppressed"/>
</testsuite></testsuites>'''
FAILED = '<testcase name="b" status="run"><failure message="no"/></testcase>'
SKIPPED = '''<testcase name="c" status="run" result="skipped">
<skipped message="f.cc:3&#x0A;{reason}"/></testcase>'''


class SummaryTest(unittest.TestCase):
    def sum_up(self, tests, reports=None, steps=None, ci='false'):
        """(last line, exit code, whole output) for one run with the tests {name: result}."""
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            run = root / 'run'
            run.mkdir()
            if tests is not None:
                (run / 'testlog.json').write_text('\n'.join(
                    json.dumps({'name': name, 'result': result, 'stdout': 'why',
                                'command': ['/b/' + name.replace('unit / ', 'program_of_')]})
                    for name, result in tests))
            for name, text in (reports or {}).items():
                (run / name).write_text(text)
            if steps:
                (root / 'steps').write_text(steps)
            done = subprocess.run(
                [sys.executable, str(ROOT / 'tools/summary'), folder], text=True,
                capture_output=True, env={**os.environ, 'CI': ci}, check=False)
            return done.stdout.splitlines()[-1], done.returncode, done.stdout

    def test_cases_and_plain_tests_are_added(self):
        self.assertEqual(self.sum_up([('t', 'OK'), ('lint', 'OK')],
                                     {'t.xml': CASES.format(extra='')})[:2],
                         ('2 passed, 0 failed', 0))

    def test_a_failed_case_fails(self):
        self.assertEqual(self.sum_up([('t', 'FAIL')], {'t.xml': CASES.format(extra=FAILED)})[:2],
                         ('1 passed, 1 failed', 1))

    def test_a_crash_after_passing_cases_fails(self):
        self.assertEqual(self.sum_up([('t', 'FAIL')], {'t.xml': CASES.format(extra='')})[:2],
                         ('1 passed, 1 failed', 1))

    def test_a_crash_without_a_report_fails(self):
        self.assertEqual(self.sum_up([('t', 'TIMEOUT'), ('u', 'OK')])[:2],
                         ('1 passed, 1 failed', 1))

    def test_a_program_that_runs_twice_is_counted_twice(self):
        last, code, _ = self.sum_up([('t', 'OK'), ('t', 'FAIL')], {
            't.xml': CASES.format(extra=''), 't_1.xml': CASES.format(extra=FAILED)})
        self.assertEqual((last, code), ('2 passed, 1 failed', 1))

    def test_a_report_named_after_the_test_is_found(self):
        self.assertEqual(self.sum_up([('unit / t', 'FAIL')],
                                     {'t.xml': CASES.format(extra=FAILED)})[:2],
                         ('1 passed, 1 failed', 1))

    def test_skips_show_their_reason(self):
        skipped = {'t.xml': CASES.format(extra=SKIPPED.format(reason='important: no rights'))}
        last, code, output = self.sum_up([('t', 'OK')], skipped)
        self.assertEqual((last, code), ('1 passed, 0 failed, 1 skipped', 0))
        self.assertIn('skipped run: s.c: important: no rights', output)

    def test_an_important_skip_fails_in_ci(self):
        for reason, expected in (('important: no rights', ('1 passed, 1 failed', 1)),
                                 ('optional', ('1 passed, 0 failed, 1 skipped', 0))):
            skipped = {'t.xml': CASES.format(extra=SKIPPED.format(reason=reason))}
            self.assertEqual(self.sum_up([('t', 'OK')], skipped, ci='true')[:2], expected)

    def test_failed_steps_and_missing_runs_fail(self):
        self.assertEqual(self.sum_up([('t', 'OK')], steps='a build\tok\nb build\tfailed\n')[:2],
                         ('1 passed, 1 failed', 1))
        self.assertEqual(self.sum_up(None)[:2], ('0 passed, 1 failed', 1))

    def test_nothing_at_all_is_no_success(self):
        self.assertEqual(self.sum_up([])[:2], ('0 passed, 0 failed', 1))


if __name__ == '__main__':
    unittest.main()
