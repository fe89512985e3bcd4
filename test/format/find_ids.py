"""Finds sealed events of a data directory by their ids, through the id runs that FORMAT.md describes.

    python find_ids.py DIRECTORY

reads lines of JSON, each [organisation, id], and prints for each the sequence of the event, or null.
"""

import bisect
import json
import sqlite3
import struct
import sys
from pathlib import Path

from read_segments import Directory, check, checked

ENTRY_BYTES, INDEX_INTERVAL = 16, 128


class IdRun:
    """The ids of some consecutive segments, in the order of their hashes."""

    def __init__(self, path):
        data = path.read_bytes()
        footer = data[-48:]
        check(footer[40:] == b"ANNALSID", f"{path} is not an id run")
        count, crc, self.earliest, self.latest, index_crc, filter_crc, filter_bytes, own_crc = (
            struct.unpack("<IIddIIII", footer[:40])
        )
        checked(f"{path}: footer", footer[:36], own_crc)
        index_start = count * ENTRY_BYTES
        filter_start = index_start + -(-count // INDEX_INTERVAL) * 4
        check(filter_start + filter_bytes + 48 == len(data), f"{path} has the wrong length")
        entries = checked(f"{path}: entries", data[:index_start], crc)
        index = checked(f"{path}: sparse index", data[index_start:filter_start], index_crc)
        self.filter = checked(f"{path}: filter", data[filter_start:-48], filter_crc)
        self.entries = list(struct.iter_unpack("<IIII", entries))
        check(self.entries == sorted(self.entries), f"{path} is not in order")
        firsts = [(high,) for high, *_ in self.entries[::INDEX_INTERVAL]]
        check(firsts == list(struct.iter_unpack("<I", index)), f"{path}: sparse index")

    def find(self, high, low):
        """Segment and row of each id that has this hash."""
        bit = high * len(self.filter) * 8 >> 32
        if not self.entries or not self.filter[bit >> 3] >> (bit & 7) & 1:
            return []
        first = bisect.bisect_left(self.entries, (high, low))
        return [entry[2:] for entry in self.entries[first : first + 8] if entry[:2] == (high, low)]


def id_hash(seed, log, event_id):
    """The two halves of the hash of an id. All numbers have 32 bits and no sign."""

    def product(a, b):
        return a * b & 0xFFFFFFFF

    def mix(half):
        half = product(half ^ half >> 16, 0x85EBCA6B)
        half = product(half ^ half >> 13, 0xC2B2AE35)
        return half ^ half >> 16

    high, low = struct.unpack(">II", seed)
    a, b = high ^ log, low ^ product(log, 0x85EBCA6B)
    for (unit,) in struct.iter_unpack("<H", event_id.encode("utf-16-le")):
        a, b = product(a ^ unit, 0x9E3779B1), product(b ^ unit, 0x5F356495)
        a, b = a ^ a >> 15, b ^ b >> 13
    return mix(a ^ product(b, 0x27D4EB2F)), mix(b ^ product(a, 0x165667B1))


def main(path):
    directory = Directory(path)
    ((seed,),) = sqlite3.connect(path / "store.db").execute(
        "SELECT value FROM facts WHERE name = 'id_seed'"
    )
    logs = sqlite3.connect(directory.unsealed[-1]).execute("SELECT organisation, number FROM logs")
    numbers = dict(logs)
    runs = [IdRun(file) for file in directory.runs]
    events = {}
    for line in sys.stdin:
        organisation, event_id = json.loads(line)
        high, low = id_hash(seed, numbers[organisation], event_id)
        found = None
        for number, row in (place for run in runs for place in run.find(high, low)):
            segment = directory.segment_of(number)
            if segment.dropped:
                continue
            if segment.name not in events:
                events[segment.name] = list(segment.events())
            event = events[segment.name][segment.current_row(number, row)]
            same_id = json.loads(event["body"])["eventID"] == event_id
            if same_id and event["organisation"] == organisation:
                found = event["sequence"]
        print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
