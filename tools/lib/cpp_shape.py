"""The shape of a C++ file as far as the style lint needs it: functions and static variables.

Not a parser: it blanks comments and literals, follows braces, and decides from the words before an
opening brace what the brace begins. Good enough for code that clang-format has formatted.
"""

import re
from dataclasses import dataclass, field

LITERAL = re.compile(
    r'//[^\n]*'
    r'|/\*.*?\*/'
    r'|R"(?P<tag>[^\s()\\]{0,16})\(.*?\)(?P=tag)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])*'",
    re.DOTALL)
DIRECTIVE = re.compile(r'^[ \t]*#(?:[^\n\\]|\\.|\\\n)*', re.MULTILINE | re.DOTALL)
CONTAINER = re.compile(
    r'^(?:inline\s+)?(?:namespace|extern|export)\b|'
    r'^(?:(?:typedef|static|constexpr|const|inline)\s+)*'
    r'(?:class|struct|union|enum)\b(?![^{]*\))')
CONSTANT = re.compile(r'\b(?:constexpr|consteval)\b|\bconst\b(?![^=({]*\*(?!\s*const))')
NO_VARIABLE = re.compile(
    r'^(?:using|typedef|friend|template|struct|class|union|enum|namespace|extern|return|public|'
    r'private|protected|static_assert|goto|case|default|concept|requires|TEST|BENCHMARK)\b')


@dataclass
class Shape:
    functions: list = field(default_factory=list)  # (first line, last line, name)
    mutable_statics: list = field(default_factory=list)  # (line, name)


@dataclass
class Brace:
    kind: str  # 'container', 'function', 'block' (inside a function) or 'value' (an initialiser)
    start: int  # offset at which the statement with this brace begins
    head: str
    parens: int


def blank_comments_and_literals(text):
    """The same text, line for line, with comments and the insides of literals as blanks."""
    def blank(found):
        kept = '""' if found.group(0)[0] in '"R' else ''
        return kept + re.sub(r'[^\n]', ' ', found.group(0)[len(kept):])
    return LITERAL.sub(blank, text)


def blank_directives(code):
    return DIRECTIVE.sub(lambda found: re.sub(r'[^\n]', ' ', found.group(0)), code)


def without_attributes(head):
    head = re.sub(r'\[\[.*?\]\]|\balignas\s*\([^)]*\)', ' ', head, flags=re.DOTALL)
    while head.lstrip().startswith('template'):
        shorter = re.sub(r'^\s*template\s*<(?:[^<>]|<(?:[^<>]|<[^<>]*>)*>)*>', '', head)
        if shorter == head:
            break
        head = shorter
    return ' '.join(head.split())


def in_initialiser_list(head):
    """Whether the brace after `head` initialises a member: `thing::thing(int a) : a_`."""
    return bool(re.search(r'\)[^(){};?]*(?<!:):(?!:)(?:.*,)?\s*[\w:<>, ]+$', head)) and \
        not head.endswith(')')


def kind_of_brace(head, parens, inside):
    if inside in ('function', 'block'):
        return 'block'
    if parens > 0 or inside == 'value' or head.endswith(('=', ',', '(', 'return')):
        return 'value'
    if CONTAINER.match(head):
        return 'container'
    if '(' not in head or in_initialiser_list(head):
        return 'value'
    return 'function'


def name_of_function(head):
    found = re.search(r'(?!requires\b|sizeof\b|decltype\b)(operator\s*[^\s(]+|\b[\w:~]+)'
                      r'\s*\(([^()]*)', head)
    if not found:
        return '(unnamed)'
    if re.match(r'(?:TYPED_)?TEST(?:_[FP])?$', found.group(1)):
        return re.sub(r'\s+', '', f'{found.group(1)}({found.group(2)})')
    return found.group(1)


def mutable_static_name(head, at_namespace):
    """The variable that the statement `head` defines if it is mutable and static, or None."""
    is_static = re.search(r'\b(?:static|thread_local|inline)\b', head)
    if not at_namespace and not re.search(r'\bstatic\b', head):
        return None
    if NO_VARIABLE.match(head) or CONSTANT.search(head) or 'operator' in head:
        return None
    declared = re.split(r'[={]', head)[0].rstrip()
    if '(' in declared or not re.search(r'\w[\w:<>,\s*&]*[\s*&>]\w+(?:\[[^\]]*\])*$', declared):
        return None
    if not at_namespace and not is_static:
        return None
    return re.search(r'(\w+)(?:\[[^\]]*\])*$', declared).group(1)


class Reader:
    """Walks over the code once. `read` is the only entry."""

    def __init__(self, code):
        self.code = blank_directives(code)
        self.shape = Shape()
        self.braces = []
        self.head, self.head_start, self.parens = '', 0, 0

    def line(self, offset):
        return self.code.count('\n', 0, offset) + 1

    def read(self):
        for offset, character in enumerate(self.code):
            if character == '{':
                self.open(offset)
            elif character == '}':
                self.close(offset)
            elif character == ';' and self.parens == 0:
                self.end_statement()
            else:
                self.add(offset, character)
        return self.shape

    def add(self, offset, character):
        if not self.head and character.isspace():
            return
        if not self.head:
            self.head_start = offset
        self.head += character
        self.parens += {'(': 1, ')': -1}.get(character, 0)
        if character == ':' and re.match(r'(?:public|private|protected)\s*:$', self.head):
            self.head = ''

    def inside(self):
        return self.braces[-1].kind if self.braces else 'container'

    def open(self, offset):
        head = without_attributes(self.head)
        kind = kind_of_brace(head, self.parens, self.inside())
        start = self.head_start if self.head else offset
        self.braces.append(Brace(kind, start, self.head, self.parens))
        self.head, self.parens = '', 0

    def close(self, offset):
        if not self.braces:
            return
        brace = self.braces.pop()
        self.head, self.parens = '', 0
        if brace.kind == 'function':
            name = name_of_function(without_attributes(brace.head))
            self.shape.functions.append((self.line(brace.start), self.line(offset), name))
        elif brace.kind == 'value' or self.inside() in ('function', 'block') and \
                re.search(r'\b(?:static|thread_local)\b', brace.head):
            self.head, self.head_start = brace.head + '{}', brace.start
            self.parens = brace.parens

    def end_statement(self):
        head = without_attributes(self.head)
        at_namespace = all(b.kind == 'container' and re.match(
            r'(?:inline\s+)?namespace|extern', without_attributes(b.head)) for b in self.braces)
        name = mutable_static_name(head, at_namespace) if head else None
        if name:
            self.shape.mutable_statics.append((self.line(self.head_start), name))
        self.head, self.parens = '', 0


def read_shape(code):
    """The shape of code that `blank_comments_and_literals` has returned."""
    return Reader(code).read()
