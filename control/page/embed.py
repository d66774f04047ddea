#!/usr/bin/env python3
"""Writes a C++ source that holds the files of the live page, each as one string constant.

Usage: embed.py OUTPUT FILE..."""

import pathlib
import sys


def main():
    output, *files = (pathlib.Path(argument) for argument in sys.argv[1:])
    parts = ['#include "control/page/files.hh"\n\nnamespace wirebird::control {\n\n']
    for file in files:
        name = file.name.replace('.', '_')
        octets = ','.join(str(octet) for octet in file.read_bytes())
        parts.append(f'static constexpr unsigned char {name}_octets[] = {{{octets}}};\n'
                     f'const std::string_view {name}(reinterpret_cast<const char*>({name}_octets), '
                     f'sizeof {name}_octets);\n')
    output.write_text(''.join(parts) + '\n}  // namespace wirebird::control\n', encoding='ascii')


if __name__ == '__main__':
    main()
