#!/usr/bin/env python3
# shipped_hashes.py - a hash of the JSON of every shipped architecture, network
# and dataflow, one a line, so that a change that should move no number can be
# held against the version before it:
#
#   ACCELSIM=old/accelsim test/run/shipped_hashes.py >old.txt
#   ACCELSIM=new/accelsim test/run/shipped_hashes.py >new.txt; diff old.txt new.txt
#
# Each machine runs with its own batch, then with one image, then `model`; the
# textbook's machines run their mappings. Names on the command line limit it to
# the lines that contain one of them. What is refused is a line too.
#
# Mappings are published ones and those of the dataflows' rules, where the
# program knows --mapping-policy; POLICY=search has others. The hash is of all
# but `provenance`.
# SPDX-License-Identifier: MIT
import hashlib
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

PROGRAM = os.environ.get('ACCELSIM', 'build/accelsim')
CONFIGS = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..',
                       '..', 'configs')


def policy():
    """The option that says which mappings, where there is one."""
    known = subprocess.run([PROGRAM, '--help'], stdout=subprocess.PIPE,
                           check=False).stdout
    if b'|rules|' not in known:
        return []
    return ['--mapping-policy', os.environ.get('POLICY', 'rules')]


POLICY = policy()


def names(folder):
    return sorted(file[:-4] for file in os.listdir(folder)
                  if file.endswith('.cfg'))


def dataflows_of(cfg):
    with open(os.path.join(CONFIGS, cfg + '.cfg')) as file:
        found = re.search(r'^dataflows = \[(.*?)\]', file.read(), re.M)
    return re.findall(r'"(\w+)"', found.group(1)) if found else []


def is_graph(net):
    """Graphs repeat the layers of lists; test/network/ runs them."""
    path = os.path.join(CONFIGS, 'networks', net + '.cfg')
    with open(path, encoding='ascii') as file:
        return 'nodes = (' in file.read()


def commands():
    """Yields (name, arguments) of every run."""
    nets = [net for net in names(os.path.join(CONFIGS, 'networks'))
            if net != 'conv1d' and not is_graph(net)]
    for cfg in names(CONFIGS):
        if cfg.startswith('conv1d'):
            yield f'{cfg} own', ['run', '--cfg', cfg]
            continue
        for net in nets:
            for dataflow in dataflows_of(cfg):
                one = ['--cfg', cfg, '--net', net, '--dataflow', dataflow]
                yield f'{cfg} {net} {dataflow} run', ['run'] + one
                yield (f'{cfg} {net} {dataflow} batch1',
                       ['run', '--batch', '1'] + one)
                yield f'{cfg} {net} {dataflow} model', ['model'] + one
    for mapping in names(os.path.join(CONFIGS, 'mappings')):
        if not mapping.startswith('conv1d'):
            continue
        yield (f'mapping {mapping}',
               ['run', '--cfg', 'conv1d_banks', '--mapping',
                f'mappings/{mapping}.cfg'])


def line(entry):
    """One line: the name, then the hash of what came out, or the refusal's."""
    name, arguments = entry
    if '--net' in arguments:
        arguments = arguments + POLICY
    done = subprocess.run([PROGRAM] + arguments + ['--format', 'json'],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False)
    out = done.stdout if done.returncode == 0 else done.stderr
    out = re.sub(rb'  "provenance": \{.*?\n  \},\n', b'', out, flags=re.S)
    return f'{name} {done.returncode} {hashlib.sha256(out).hexdigest()[:24]}'


def main():
    wanted = [entry for entry in commands()
              if len(sys.argv) == 1 or
              any(word in entry[0] for word in sys.argv[1:])]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for result in pool.map(line, wanted):
            print(result, flush=True)


if __name__ == '__main__':
    main()
