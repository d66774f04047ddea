"""Shows that tools/tidy catches each kind of breach and lets tidy files pass."""

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


tidy = load_tool('tidy')
BUILD = {'dataplane/tcp/meson.build': "lib = files('x.cc')\n"}


def function_of(lines, head='int f(int a)'):
    return head + ' {\n' + '  a++;\n' * (lines - 2) + '}\n'


class TidyTest(unittest.TestCase):
    def judge(self, files):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for path, text in files.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text)
            return tidy.judge_tree(root)[0]

    def judge_source(self, text):
        return self.judge({'dataplane/tcp/x.cc': text, **BUILD})

    def assert_one(self, text, expected):
        complaints = self.judge_source(text)
        self.assertEqual(len(complaints), 1, complaints)
        self.assertIn(expected, complaints[0])

    def assert_clean(self, text):
        self.assertEqual(self.judge_source(text), [])

    def test_columns(self):
        self.assert_clean('//' + 'x' * 98 + '\n')
        self.assert_one('\n//' + 'x' * 99 + '\n', 'x.cc:2: 101 columns')

    def test_blanks_tabs_and_missing_line_end(self):
        self.assert_one('int a(); \n', 'blanks at the end')
        self.assert_one('\tint a();\n', 'a tab')
        self.assert_one('int a();', 'no line end')

    def test_file_length(self):
        self.assert_clean('//\n' * 400)
        self.assert_one('//\n' * 401, '401 lines')

    def test_function_length(self):
        self.assert_clean(function_of(70))
        self.assert_one(function_of(71), 'x.cc:1: function f has 71 lines')

    def test_function_length_in_many_shapes(self):
        for head, name in (
                ('template <typename T>\n  requires(sizeof(T) > 1)\nT g(T a) noexcept', 'g'),
                ('thing::thing(int a)\n    : a_{a}, b_{a, 2}, c_(3)', 'thing::thing'),
                ('thing::~thing()', 'thing::~thing'),
                ('auto h(int a = {}) -> std::pair<int, int>', 'h'),
                ('TEST(room, behaves)', 'TEST(room,behaves)'),
                ('bool thing::operator==(const thing& a) const', 'operator==')):
            complaints = self.judge_source('namespace x {\n' + function_of(90, head) + '}\n')
            self.assertEqual(len(complaints), 1, (head, complaints))
            self.assertIn('lines, at most 70', complaints[0])
            self.assertIn('x.cc:2:', complaints[0])
            self.assertIn(name, complaints[0])

    def test_methods_in_a_class_are_functions_and_the_class_is_not(self):
        method = function_of(60, '  int f(int a)')
        self.assert_clean('class [[nodiscard]] c final : public d {\n' + method * 3 + '};\n')
        self.assert_one('struct c {\n' + function_of(80) + '};\n', 'function f has 80 lines')

    def test_tables_and_enums_are_no_functions(self):
        rows = '  {1, "}{", \'{\', f(2)},\n' * 90
        self.assert_clean('constexpr row rows[] = {\n' + rows + '};\n')
        self.assert_clean('constexpr std::array<row, 90> rows{{\n' + rows + '}};\n')
        self.assert_clean('enum class e {\n' + '  a,\n' * 90 + '};\n')

    def test_braces_in_comments_and_literals_do_not_count(self):
        self.assert_clean('const char* f() {\n  // }\n  /* {{ */ return R"(}}{{{)";\n}\n' +
                          function_of(60))

    def test_markers(self):
        self.assert_one('// TO' + 'DO: later\n', 'leftover marker')
        self.assert_one('// FIX' + 'ME\n', 'leftover marker')

    def test_header_needs_pragma_once_and_a_reader(self):
        complaints = self.judge({'dataplane/tcp/y.hh': 'int a();\n'})
        self.assertEqual(len(complaints), 2, complaints)
        self.assertIn('#pragma once', complaints[0])
        self.assertIn('nobody includes', complaints[1])

    def test_dead_source(self):
        complaints = self.judge({'dataplane/tcp/dead.cc': 'int a();\n', **BUILD})
        self.assertTrue(any('dead.cc:1: no meson.build' in c for c in complaints), complaints)

    def test_names_made_in_a_loop_of_meson_are_alive(self):
        self.assertEqual(self.judge({
            'tests/tcp/isn_test.cc': 'int a();\n',
            'tests/tcp/meson.build': "foreach t : ['isn']\n  files(t + '_test.cc')\nendforeach\n",
        }), [])

    def test_banned_words(self):
        for text, expected in (
                ('int a = rand();', 'rand()'),
                ('auto a = std::chrono::steady_clock::now();', 'worker/clock'),
                ('const auto a = time(nullptr);', 'worker/clock'),
                ('std::random_device d;', 'handed in by the agent'),
                ('void f() { thread_local int a = 0; }', 'no thread_local'),
                ('void f() { std::printf("x"); }', 'counts'),
                ('#if 0', 'switched off')):
            complaints = self.judge_source(text + '\n')
            self.assertTrue(any(expected in c for c in complaints), (text, complaints))

    def test_words_that_only_look_banned_pass(self):
        self.assert_clean('// rand() and std::chrono::steady_clock are banned\n'
                          'const char* const text = "time(nullptr)";\n'
                          'int operand(int); int f() { return operand(1); }\n'
                          'int g(thing& t) { return t.rand() + t.time(0); }\n')

    def test_a_clock_may_be_read_where_it_is_the_job(self):
        text = 'auto now() { return std::chrono::steady_clock::now(); }\n'
        self.assertEqual(self.judge({
            'dataplane/worker/clock.cc': text,
            'dataplane/worker/meson.build': "files('clock.cc')\n"}), [])

    def test_mutable_state_in_the_packet_path(self):
        for text in ('static int count = 0;', 'int count;', 'namespace n {\nint count{3};\n}',
                     'void f() {\n  static std::vector<int> seen;\n}',
                     'struct s {\n  static int count;\n};', 'static const char* name = "x";',
                     'inline std::array<int, 3> table{};'):
            complaints = self.judge_source(text + '\n')
            self.assertEqual(len(complaints), 1, (text, complaints))
            self.assertIn('no mutable state', complaints[0])

    def test_constants_types_and_functions_are_no_state(self):
        self.assert_clean(
            'static constexpr int a = 1;\nconstexpr auto b = std::to_array<int>({1, 2});\n'
            'const int c = 2;\nstatic int f(int);\nusing d = int;\nstruct e;\n'
            'struct g {\n  int h = 0;\n  static g make();\n  static constexpr int i = 3;\n};\n'
            'enum class j { k, l };\nnamespace m = n;\nstatic_assert(sizeof(int) == 4);\n'
            'void o() {\n  int p = 0;\n  static const int q = 4;\n}\n')

    def test_sleep_in_a_test(self):
        complaints = self.judge({'tests/tcp/x_test.cc': 'void f() { usleep(1); }\n',
                                 'tests/tcp/meson.build': "'x_test.cc'\n"})
        self.assertEqual(len(complaints), 1, complaints)
        self.assertIn('deadline', complaints[0])

    def test_markdown_has_one_title(self):
        self.assertEqual(self.judge({'README.md': '# One\n\n```\n# a comment\n```\n## Two\n'}), [])
        self.assertIn('2 titles', self.judge({'README.md': '# One\n# Two\n'})[0])
        self.assertIn('0 titles', self.judge({'README.md': 'Nothing\n'})[0])

    def test_paths_of_a_machine(self):
        self.assertIn('machine', self.judge({'README.md': '# A\ncd /ho' + 'me/me/src\n'})[0])

    def test_long_python_function(self):
        text = 'def f():\n' + '    a = 1\n' * 70
        self.assertIn('function f has 71', self.judge({'tools/x.py': text})[0])


if __name__ == '__main__':
    unittest.main()
