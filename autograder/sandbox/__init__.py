"""Runs students' code where it can do no harm, and learns from it only plain data.

`outside` is the trusted side: it asks for an isolated process, sends it cells and calls, and reads
numbers, strings and arrays back. `zygote` waits inside the isolation with the libraries loaded and
forks one process for each submission; `confine` takes that process's rights away; `serve` is the
loop it then runs. `tiers` says how strong the isolation is on this machine.
"""
