# SPDX-License-Identifier: GPL-3.0-or-later
"""typed.py PROMPT WORDS COMMAND... - runs it on a terminal of its own, and types WORDS when it asks.

Ends as the command does; with 1 when it did not ask, or showed what was typed."""
import os
import pty
import select
import sys

prompt, words, command = sys.argv[1].encode(), sys.argv[2].encode(), sys.argv[3:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
shown, typed = b"", False
while select.select([terminal], [], [], 10)[0]:
    try:
        more = os.read(terminal, 4096)
    except OSError:  # the command has gone
        break
    if not more:
        break
    shown += more
    if prompt in shown and not typed:
        os.write(terminal, words + b"\n")
        typed = True
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.exit(status or (0 if typed and words not in shown else 1))
