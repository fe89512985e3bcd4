"""Reads the events of a data directory as src/store/segmented/FORMAT.md describes it. The store must be closed.

    python read_segments.py DIRECTORY

prints every event as one line of JSON, segment by segment. Of an event that was dropped it prints the leaf hash.
Needs nothing but the standard library and the package `zstandard`.
"""

import base64
import bisect
import json
import sqlite3
import struct
import sys
import zlib
from pathlib import Path

import zstandard

GROUP_ROWS, HASH_BYTES, SALT_BYTES, ENTRY_BYTES = 4096, 32, 16, 16


def check(holds, problem):
    if not holds:
        raise ValueError(problem)


def checked(name, content, crc):
    check(zlib.crc32(content) == crc, f"{name} has the wrong checksum")
    return content


def unpack(frame, size):
    """A frame without bytes stands for zeros. Of texts it is several frames, one behind the other."""
    content = zstandard.ZstdDecompressor().decompressobj(read_across_frames=True).decompress(frame) if frame else bytes(size)
    check(len(content) == size, "a frame has the wrong size")
    return content


def piece(content, place, size):
    return content[place * size : (place + 1) * size]


class Segment:
    """A sealed segment, or what is left of one whose events were dropped."""

    def __init__(self, path):
        self.name, self.data = path.name, path.read_bytes()
        self.dropped = path.suffix == ".hashes"
        footer = self.data[-52:]
        check(self.data[:8] == footer[44:] == b"ANNALS 1", f"{path} is not a sealed segment")
        start, length, size, self.rows, _, _, index_crc, crc = struct.unpack("<dIIIddII", footer[:44])
        checked("footer", footer[:40], crc)
        self.index = json.loads(unpack(self.bytes("footer index", int(start), length, index_crc), size))

    def bytes(self, name, start, length, crc):
        return checked(f"{self.name}: {name}", self.data[start : start + length], crc)

    def section(self, name):
        section = self.index[name]
        return self.bytes(name, section["start"], section["length"], section["crc32"])

    def frames(self, name, table, packed=True):
        at = table["start"]
        for length, size, crc in struct.iter_unpack("<III", base64.b64decode(table["frames"])):
            content = self.bytes(name, at, length, crc)
            yield unpack(content, size) if packed else content
            at += length

    def column(self, name):
        return self.frames(name, self.index[name])

    def times(self, name):
        for group, content in enumerate(self.column(name)):
            rows = min(GROUP_ROWS, self.rows - group * GROUP_ROWS)
            if len(content) == rows * 8:
                yield from struct.unpack(f"<{rows}d", content)
                continue
            time = 0
            for row in range(rows):
                zigzag = int.from_bytes(content[row::rows], "little")
                time += -(zigzag + 1) // 2 if zigzag % 2 else zigzag // 2
                yield time

    def texts(self):
        for group, content in enumerate(self.column("texts")):
            rows = min(GROUP_ROWS, self.rows - group * GROUP_ROWS)
            at = rows * 4
            for length in struct.unpack_from(f"<{rows}I", content):
                yield content[at : at + length].decode()
                at += length

    def facets(self):
        return self.index["facets"] + self.index.get("moreFacets", [])

    def facet(self, facet):
        """The value of every row, or None."""
        values = [None]
        for texts in self.frames("values", facet["texts"]):
            values += json.loads(texts)
        width = "B" if facet["values"] < 2**8 else "H" if facet["values"] < 2**16 else "I"
        codes = b"".join(self.frames("codes", facet["codes"]))
        return [values[code] for (code,) in struct.iter_unpack(f"<{width}", codes)]

    def events(self):
        """All events in order of rows."""
        salts, hashes = self.section("salts"), self.section("leafHashes")
        if not self.dropped:
            lines = b"".join(self.column("bodies")).split(b"\n")
            salted = b"".join(self.column("salted"))
            facets = list(zip(*map(self.facet, self.facets())))
            texts = list(self.texts())
            created, recorded = list(self.times("createdAt")), list(self.times("recordedAt"))
        for log in self.index["logs"]:
            for row in range(log["firstRow"], log["firstRow"] + log["rows"]):
                event = {
                    "organisation": log["organisation"],
                    "sequence": log["firstSequence"] + row - log["firstRow"],
                    "leafHash": piece(hashes, row, HASH_BYTES).hex(),
                }
                if not self.dropped:
                    event |= {
                        "createdAt": created[row],
                        "recordedAt": recorded[row],
                        "body": lines[row].decode(),
                        "salt": piece(salts, row, SALT_BYTES).hex() if salted[row] else None,
                        "facets": facets[row],
                        "text": texts[row],
                    }
                yield event

    def current_row(self, number, row):
        """Where a row is now that had this place when the segment of this number was sealed."""
        origins = [origin for origin in self.index.get("origins", []) if origin["number"] == number]
        if not origins:
            return row
        logs = origins[0]["logs"]
        then = logs[bisect.bisect([log["firstRow"] for log in logs], row) - 1]
        now = next(log for log in self.index["logs"] if log["number"] == then["number"])
        sequence = then["firstSequence"] + row - then["firstRow"]
        return now["firstRow"] + sequence - now["firstSequence"]


def unsealed_events(path):
    """Events of a segment that is still in SQLite, in the order of commits."""
    database = sqlite3.connect(path)
    names = dict(database.execute("SELECT number, organisation FROM logs"))
    columns = "log, sequence, times, lines, salts, salted, leaf_hashes"
    for log, sequence, times, lines, salts, salted, hashes in database.execute(
        f"SELECT {columns} FROM chunks ORDER BY row"
    ):
        for place, body in enumerate(lines.split(b"\n")[:-1]):
            created, recorded = struct.unpack("<dd", piece(times, place, 16))
            yield {
                "organisation": names[log],
                "sequence": sequence + place,
                "leafHash": piece(hashes, place, HASH_BYTES).hex(),
                "createdAt": created,
                "recordedAt": recorded,
                "body": body.decode(),
                "salt": piece(salts, place, SALT_BYTES).hex() if salted[place] else None,
            }


class Directory:
    """The files of a data directory that count: those that are live in its catalogue."""

    def __init__(self, path):
        store = sqlite3.connect(path / "store.db")
        ((format,),) = store.execute("SELECT value FROM facts WHERE name = 'format'")
        check(format == 2, f"format {format}")
        self.segments, self.unsealed, self.runs = [], [], []
        for kind, first, last, file, size, identity in store.execute(
            "SELECT kind, first, last, file, bytes, identity FROM catalogue WHERE state = 'live' ORDER BY first"
        ):
            file = path / file
            if kind == "active":
                ((found,),) = sqlite3.connect(file).execute("SELECT id FROM identity")
                self.unsealed.append(file)
            else:
                data = file.read_bytes()
                check(len(data) == size, f"length of {file}")
                found = data[-len(identity) :]
            check(found == identity, f"{file} is another file")
            if kind in ("sealed", "hashes"):
                self.segments.append((first, last + 1, Segment(file)))
            elif kind == "ids":
                self.runs.append(file)

    def segment_of(self, number):
        return next(segment for first, end, segment in self.segments if first <= number < end)

    def events(self):
        for _, _, segment in self.segments:
            yield from segment.events()
        for file in self.unsealed:
            yield from unsealed_events(file)


if __name__ == "__main__":
    for event in Directory(Path(sys.argv[1])).events():
        print(json.dumps(event))
